// Sync stores: the listing of `endless` has no end, and `nowhere` keeps nothing. ENDLESS_BEGUN: a file that is made when a
// listing begins.
import { writeFileSync } from 'node:fs'

const supports = { lease: false, many: false, tags: false, bounds: false, persistent: true }

function* endlessEntries() {
  writeFileSync(process.env.ENDLESS_BEGUN, '')
  for (let number = 0; ; number++) yield { hash: `hash-${number}`, payload: 'x'.repeat(1000), createdAt: 1 }
}

function adapter(name, store) {
  return { mode: 'sync', supports, name, open: () => store, namespaces: () => ['f'], close() {} }
}

export const endless = adapter('store://endless', {
  get() {},
  entries: endlessEntries,
  heads: () => [],
  stats: () => ({ entries: 1, bytes: 1 }),
})

export const nowhere = adapter('store://nowhere', { get() {}, set() {} })
