import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lmdbStore } from '@persist/store-lmdb'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Environment } from '../src/environment.ts'
import { prefixOf } from '../src/keys.ts'
import { LmdbTagFence } from '../src/tag-fence.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const withStoreErrors = <T>(_: string, act: () => T) => act()

test('a deletion is seen by a mark from before, and by none from after', () => {
  const [one, two] = [lmdbStore(folder, { flush: false }), lmdbStore(folder, { flush: false })]
  const [a, b] = [one.open('f').tagFence!, two.open('f').tagFence!]
  const first = a.mark()
  expect(a.hasDeleted(first, ['red'])).toBe(false)
  b.record('red')
  expect(a.hasDeleted(first, ['green', 'red'])).toBe(true)
  expect(a.hasDeleted(first, ['green'])).toBe(false)
  expect(a.hasDeleted(first, [])).toBe(false)
  const second = a.mark()
  expect(a.hasDeleted(second, ['red'])).toBe(false)
  b.record('red')
  expect(a.hasDeleted(second, ['red'])).toBe(true)
  expect(one.open('other').tagFence!.hasDeleted(first, ['red']), 'another namespace').toBe(false)
  one.close()
  two.close()
})

test('a deletion in another process is seen', () => {
  const adapter = lmdbStore(folder, { flush: false })
  const fence = adapter.open('f').tagFence!
  const mark = fence.mark()
  execFileSync(process.execPath, [fileURLToPath(new URL('./children/deletes-tag.mjs', import.meta.url)), folder, 'red'])
  expect(fence.hasDeleted(mark, ['red'])).toBe(true)
  expect(fence.hasDeleted(mark, ['blue'])).toBe(false)
  adapter.close()
})

test('a mark outlives a clear, and so do the deletions before it', () => {
  const adapter = lmdbStore(folder, { flush: false })
  const store = adapter.open('f')
  const mark = store.tagFence!.mark()
  store.tagFence!.record('red')
  store.clear()
  expect(store.tagFence!.hasDeleted(mark, ['red'])).toBe(true)
  expect(store.tagFence!.hasDeleted(store.tagFence!.mark(), ['red'])).toBe(false)
  adapter.close()
})

test('what is recorded about deletions is no entry, and names no namespace', () => {
  const adapter = lmdbStore(folder, { flush: false })
  const store = adapter.open('f')
  store.tagFence!.record('red')
  expect([...store.heads()]).toEqual([])
  expect(store.stats()).toEqual({ entries: 0, bytes: 0 })
  expect([...adapter.namespaces!()]).toEqual([])
  adapter.close()
})

test('marks answer as a list of all deletions would, and with true where the store has forgotten', () => {
  const kept = 8
  const tags = ['a', 'b', '\ud800', '\udc00', '', 'ä']
  const acts = fc.array(fc.oneof(fc.constantFrom(...tags), fc.constant(undefined)), { maxLength: 60 })
  const environment = new Environment(folder, false)
  let round = 0
  fc.assert(
    fc.property(acts, (list) => {
      const fence = new LmdbTagFence(environment, prefixOf(`f${round++}`), withStoreErrors, kept)
      const deleted: string[] = []
      const marks: { readonly mark: string; readonly since: number }[] = []
      for (const act of list) {
        if (act === undefined) marks.push({ mark: fence.mark(), since: deleted.length })
        else {
          fence.record(act)
          deleted.push(act)
        }
        for (const { mark, since } of marks) {
          for (const tag of tags) {
            const isForgotten = deleted.length - since > kept
            expect(fence.hasDeleted(mark, [tag])).toBe(isForgotten || deleted.slice(since).includes(tag))
          }
        }
      }
    }),
    { numRuns: 50 },
  )
  environment.close()
})

test('a thousand different tags take no more room than the number that is kept', () => {
  const environment = new Environment(folder, false)
  const fence = new LmdbTagFence(environment, prefixOf('f'), withStoreErrors, 10)
  for (let number = 0; number < 1_000; number++) fence.record(`${number}`)
  expect([...environment.now().tags.getKeys()].length).toBe(1 + 10 + 10)
  environment.close()
})

test('a mark of a store that was removed and made again is answered with true', () => {
  const adapter = lmdbStore(folder, { flush: false })
  const before = adapter.open('f').tagFence!
  before.record('red')
  const mark = before.mark()
  adapter.close()
  rmSync(folder, { recursive: true })
  expect(before.hasDeleted(mark, ['blue'])).toBe(true)
  before.record('red')
  expect(before.hasDeleted(mark, ['blue'])).toBe(true)
  adapter.close()
})

test('records that cannot be read answer true until the next deletion, and never throw', () => {
  const environment = new Environment(folder, false)
  const prefix = prefixOf('f')
  const fence = new LmdbTagFence(environment, prefix, withStoreErrors)
  const empty = fence.mark()
  fence.record('red')
  const mark = fence.mark()
  environment.change(({ tags }) => tags.putSync(prefix, Buffer.from('damaged')))
  expect(fence.hasDeleted(mark, ['blue'])).toBe(true)
  expect(fence.hasDeleted(empty, ['blue'])).toBe(true)
  const during = fence.mark()
  fence.record('blue')
  expect(fence.hasDeleted(during, ['green'])).toBe(true)
  expect(fence.hasDeleted(fence.mark(), ['blue', 'red'])).toBe(false)
  const after = fence.mark()
  for (const key of [...environment.now().tags.getKeys({ start: prefix })].slice(1)) {
    environment.change(({ tags }) => tags.putSync(key, Buffer.from('?')))
  }
  expect(fence.hasDeleted(after, ['blue'])).toBe(true)
  expect(fence.hasDeleted('no mark', ['blue'])).toBe(true)
  fence.record('green')
  expect(fence.hasDeleted(after, ['green'])).toBe(true)
  environment.close()
})
