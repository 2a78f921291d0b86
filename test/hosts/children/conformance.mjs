// Runs the suite for stores where no test runner is: argv `disk`, `lmdb` or `memory`, and a folder.
// Prints the results as JSON.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStore } from '@persist/core'
import { conformance } from '@persist/store/conformance'
import { diskStore } from '@persist/store-disk'
import { lmdbStore } from '@persist/store-lmdb'

const [store, root] = process.argv.slice(2)
const folder = (place) => join(root, place)
const cleanup = (place) => rmSync(folder(place), { recursive: true, force: true })

const SUBJECTS = {
  disk: {
    adapter: (place) => diskStore(folder(place)),
    cleanup,
    damage: (place, namespace, hash) => writeFileSync(join(folder(place), namespace, `${hash}.entry`), 'spoiled'),
    unreachable: () => diskStore('/dev/null/cache'),
  },
  lmdb: {
    adapter: (place) => lmdbStore(folder(place), { flush: false }),
    cleanup,
    unreachable: () => lmdbStore('/dev/null/cache', { flush: false }),
  },
  memory: { adapter: (place) => memoryStore(place) },
}

const tests = []
const groups = []
conformance({
  ...SUBJECTS[store],
  log: () => {},
  runner: {
    describe(name, define) {
      groups.push(name)
      define()
      groups.pop()
    },
    test: (name, run) => void tests.push([[...groups.slice(1), name].join(': '), run]),
  },
})

let passed = 0
const skipped = []
const failed = []
for (const [name, run] of tests) {
  const reasons = []
  try {
    await run({ skip: (reason) => void reasons.push(reason) })
    if (reasons.length > 0) skipped.push(`${name}: ${reasons}`)
    else passed++
  } catch (error) {
    failed.push(`${name}: ${error.stack}`)
  }
}
console.log(JSON.stringify({ passed, skipped, failed }))
