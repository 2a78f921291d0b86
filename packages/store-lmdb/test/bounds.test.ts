import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '@persist/store'
import { lmdbStore } from '@persist/store-lmdb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Environment } from '../src/environment.ts'
import { keyOf, prefixOf } from '../src/keys.ts'

const YEARS = 5 * 365 * 86_400_000
const BOUND = 20

let folder: string
let store: Store<'sync'>
let close: () => void
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
  const adapter = lmdbStore(folder, { flush: false })
  store = adapter.open('f', { bounds: { maxEntries: BOUND } })
  close = () => adapter.close()
})
afterEach(() => {
  close()
  rmSync(folder, { recursive: true })
})

const write = (hash: string, createdAt: number) => store.set({ hash, payload: 'x', createdAt })
const left = () => [...store.heads()].map(({ hash }) => hash)

test('prune keeps new entries rather than entries that were used under a clock that was years ahead', () => {
  const then = Date.now() + YEARS
  for (let number = 0; number < BOUND; number++) {
    write(`ahead ${number}`, then + number)
    store.get(`ahead ${number}`)
  }
  notedAhead(then)
  for (let number = 0; number < BOUND / 2; number++) write(`now ${number}`, Date.now())
  expect(store.prune(0)).toBe(BOUND / 2)
  const kept = left()
  for (let number = 0; number < BOUND / 2; number++) expect(kept).toContain(`now ${number}`)
  // The entries of the wrong clock go in the order of their use.
  for (let number = BOUND / 2; number < BOUND; number++) expect(kept).toContain(`ahead ${number}`)
})

test('an entry whose creation time is in the future stays if it was used', () => {
  write('used', Date.now() + YEARS)
  for (let number = 0; number < BOUND; number++) write(`${number}`, Date.now() - 1_000)
  store.get('used')
  expect(store.prune(0, { maxEntries: 1 })).toBe(BOUND)
  expect(left()).toEqual(['used'])
})

test('records of use and of totals that cannot be read stop neither writing nor pruning', () => {
  write('a', 1)
  const environment = new Environment(folder, false)
  const prefix = prefixOf('f')
  environment.change(({ used, totals }) => {
    used.putSync(keyOf(prefix, 'a'), Buffer.of(1))
    totals.putSync(prefix, Buffer.of(1, 2, 3))
  })
  write('b', 2)
  expect(store.prune(0, { maxEntries: 1 })).toBe(1)
  environment.change(({ totals }) => totals.putSync(prefix, Buffer.alloc(16, 0xff)))
  write('c', 3)
  expect(store.stats().entries).toBe(2)
  expect(left()).toEqual(['b', 'c'])
  environment.close()
})

test('prune keeps a stale entry until it may no longer be served', () => {
  const entry = { hash: 'a', payload: 'x', createdAt: 1, expiresAt: 1_000, staleUntil: 5_000 }
  store.set(entry)
  store.set({ ...entry, hash: 'fresher than its stale window', expiresAt: 9_000 })
  store.set({ hash: 'without a window', payload: 'x', createdAt: 1, expiresAt: 1_000 })
  expect(store.prune(4_999)).toBe(1)
  expect(left()).toEqual(['a', 'fresher than its stale window'])
  expect(store.get('a')).toEqual(entry)
  expect([...store.heads()][0]).toMatchObject({ staleUntil: 5_000 })
  expect(store.prune(5_000)).toBe(1)
  expect(store.prune(9_000)).toBe(1)
})

/** Notes for each entry a use in the future, as a process with a clock that is ahead does. */
function notedAhead(then: number): void {
  const environment = new Environment(folder, false)
  environment.change(({ used, entries }) => {
    for (const [index, key] of [...entries.getKeys({ start: prefixOf('f') })].entries()) {
      const record = Buffer.alloc(8)
      const number = Number(key.toString().split(' ')[1] ?? index)
      record.writeDoubleLE(then + number)
      used.putSync(key, record)
    }
  })
  environment.close()
}
