import { execFileSync } from 'node:child_process'
import { lutimesSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Store } from '@persist/store'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { UsageFile } from '../src/bounds/usage-file.ts'
import { namespaceId } from '../src/folder/layout.ts'
import { resolveOptions } from '../src/options.ts'
import { faultyFileSystem } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

const CHILD = fileURLToPath(new URL('./children/one-write.mjs', import.meta.url))
const HOUR = 3_600_000
const fill = (store: Store<'sync'>, count: number, size = 1, first = 0) => {
  for (let number = first; number < first + count; number++) store.set(plain(`entry-${number}`, 'x'.repeat(size)))
}

test.each([1, 10, 100])('of 1,000 entries %i stay, the bound, when no more may', (maxEntries) => {
  const store = diskStore(newFolder()).open('f', { bounds: { maxEntries } })
  fill(store, 1000)
  const { entries } = store.stats()
  expect(entries).toBeLessThanOrEqual(maxEntries * 1.1)
  expect(entries).toBeGreaterThanOrEqual(Math.floor(maxEntries * 0.8))
})

test('no more bytes stay than may, as far as the last entry', () => {
  const store = diskStore(newFolder()).open('f', { bounds: { maxBytes: 200_000 } })
  fill(store, 500, 2000)
  expect(store.stats().bytes).toBeLessThanOrEqual(220_000)
  expect(store.stats().bytes).toBeGreaterThan(120_000)
})

test('an entry that alone is larger than maxBytes goes, and the smaller ones stay', () => {
  const dir = newFolder()
  fill(diskStore(dir).open('f'), 1, 100_000, 100)
  const store = diskStore(dir).open('f', { bounds: { maxBytes: 50_000 } })
  fill(store, 10, 1_000)
  for (let round = 0; round < 10; round++) {
    store.set(plain('too-large', 'x'.repeat(100_000)))
    fill(store, 1, 1_000)
  }
  const left = [...store.heads()].map(({ hash }) => hash).sort()
  expect(left).toEqual(Array.from({ length: 10 }, (_, number) => `entry-${number}`))
})

test('processes that live for a single write keep the bound too', () => {
  const dir = newFolder()
  const run = (first: number) => execFileSync(process.execPath, [CHILD, dir, String(first), '1', '8'])
  for (let first = 0; first < 20; first++) run(first)
  expect(diskStore(dir).open('f').stats().entries).toBeLessThanOrEqual(9)
})

test('a bound that is lowered is reached by writing on', () => {
  const dir = newFolder()
  fill(diskStore(dir).open('f'), 600)
  const store = diskStore(dir).open('f', { bounds: { maxEntries: 100 } })
  fill(store, 200, 1, 1000)
  expect(store.stats().entries).toBeLessThanOrEqual(110)
})

test('what is used stays, and what is not goes', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f', { bounds: { maxEntries: 50 } })
  fill(store, 50)
  const old = (Date.now() - 2 * HOUR) / 1000
  for (let number = 0; number < 50; number++)
    lutimesSync(join(dir, 'f', `entry-${number}.entry`), old, old + number / 10)
  for (let number = 0; number < 10; number++) store.get(`entry-${number}`)
  fill(store, 40, 1, 100)
  const left = new Set([...store.heads()].map(({ hash }) => hash))
  const used = Array.from({ length: 10 }, (_, number) => `entry-${number}`).filter((hash) => left.has(hash))
  expect(used.length).toBeGreaterThanOrEqual(9)
})

test("a hit renews a file's time once an hour, and only under bounds", () => {
  const dir = newFolder()
  const path = join(dir, 'f', 'entry-0.entry')
  fill(diskStore(dir).open('f'), 1)
  const old = Math.floor(Date.now() / 1000) - 7200
  lutimesSync(path, old, old)
  diskStore(dir).open('f').get('entry-0')
  expect(statSync(path).mtimeMs).toBe(old * 1000)
  const bounded = diskStore(dir).open('f', { bounds: { maxEntries: 5 } })
  bounded.get('entry-0')
  const touched = statSync(path).mtimeMs
  expect(touched).toBeGreaterThan(old * 1000)
  bounded.get('entry-0')
  expect(statSync(path).mtimeMs).toBe(touched)
})

test('a write looks at a few files, however many there are', () => {
  const dir = newFolder()
  fill(diskStore(dir).open('f'), 1500)
  const faulty = faultyFileSystem(0, () => {})
  const store = diskStore(dir, { fileSystem: faulty.fileSystem }).open('f', { bounds: { maxEntries: 2000 } })
  fill(store, 1, 1, 5000)
  for (let number = 0; number < 50; number++) {
    faulty.calls = 0
    fill(store, 1, 1, 6000 + number)
    expect(faulty.calls).toBeLessThan(60)
  }
})

test('files that are no entries are neither counted nor removed by the keeping of bounds', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f', { bounds: { maxEntries: 5 } })
  fill(store, 5)
  for (let number = 0; number < 20; number++) writeFileSync(join(dir, 'f', `theirs-${number}.txt`), 'kept')
  fill(store, 50, 1, 100)
  expect(readdirSync(join(dir, 'f')).filter((name) => name.startsWith('theirs'))).toHaveLength(20)
})

test('prune deletes what was unused for longest, and exactly as much as is too much', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  fill(store, 100)
  for (let number = 0; number < 100; number++) {
    const time = 1_700_000_000 + ((number * 37) % 100)
    lutimesSync(join(dir, 'f', `entry-${number}.entry`), time, time)
  }
  expect(store.prune(0, { maxEntries: 30 })).toBe(70)
  const left = [...store.heads()].map(({ hash }) => (Number(hash.slice(6)) * 37) % 100)
  expect(Math.min(...left)).toBe(70)
})

test('prune counts entries of one age right', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  fill(store, 20)
  for (let number = 0; number < 20; number++) lutimesSync(join(dir, 'f', `entry-${number}.entry`), 1e9, 1e9)
  expect(store.prune(0, { maxEntries: 7 })).toBe(13)
  expect(store.stats().entries).toBe(7)
})

describe('by a clock that was wrong', () => {
  const YEARS = 5 * 365 * 24 * HOUR

  const ahead = (dir: string, count: number) => {
    for (let number = 0; number < count; number++) {
      const time = (Date.now() + YEARS) / 1000 + number
      lutimesSync(join(dir, 'f', `entry-${number}.entry`), time, time)
    }
  }

  test('what is stored now stays in a full cache whose entries were used in years to come', () => {
    const dir = newFolder()
    const store = diskStore(dir).open('f', { bounds: { maxEntries: 100 } })
    fill(store, 100)
    ahead(dir, 100)
    fill(store, 80, 1, 1000)
    const left = [...store.heads()].map(({ hash }) => Number(hash.slice(6)))
    expect(left.filter((number) => number >= 1000).length).toBeGreaterThanOrEqual(72)
    expect(left.length).toBeLessThanOrEqual(110)
  })

  test('prune, too, takes what was used in years to come before what was used now', () => {
    const dir = newFolder()
    const store = diskStore(dir).open('f')
    fill(store, 20)
    ahead(dir, 10)
    expect(store.prune(0, { maxEntries: 10 })).toBe(10)
    const left = [...store.heads()].map(({ hash }) => Number(hash.slice(6)))
    expect(Math.min(...left)).toBe(10)
  })

  test('what alone is larger than maxBytes goes before what was used in years to come', () => {
    const dir = newFolder()
    fill(diskStore(dir).open('f'), 20)
    ahead(dir, 20)
    diskStore(dir)
      .open('f')
      .set(plain('too-large', 'x'.repeat(100_000)))
    const store = diskStore(dir).open('f', { bounds: { maxBytes: 50_000 } })
    fill(store, 20, 1, 100)
    expect(store.get('too-large')).toBeUndefined()
    expect(store.stats().entries).toBe(40)
  })

  test('a hit brings a time that is yet to come back to now', () => {
    const dir = newFolder()
    const store = diskStore(dir).open('f', { bounds: { maxEntries: 5 } })
    fill(store, 1)
    ahead(dir, 1)
    store.get('entry-0')
    expect(Math.abs(statSync(join(dir, 'f', 'entry-0.entry')).mtimeMs - Date.now())).toBeLessThan(60_000)
  })

  test('the clock of a machine that is minutes slower than the file server does not make new entries go first', () => {
    const dir = newFolder()
    const slow = { now: () => Date.now() - HOUR, monotonic: () => performance.now() }
    const store = diskStore(dir, { clock: slow }).open('f', { bounds: { maxEntries: 50 } })
    fill(store, 100)
    const left = [...store.heads()].map(({ hash }) => Number(hash.slice(6)))
    expect(left).toContain(99)
    expect(left.filter((number) => number >= 50).length).toBeGreaterThan(35)
  })
})

describe('beside writers and deleters that keep no bounds', () => {
  const oneWrite = (dir: string, first: number) =>
    execFileSync(process.execPath, [CHILD, dir, String(first), '1', '5000'])

  test('a namespace whose usage file was lost is counted whole by the next writer, however large it is', () => {
    const dir = newFolder()
    fill(diskStore(dir).open('f'), 6000)
    for (let number = 0; number < 8; number++) oneWrite(dir, 10_000 + number)
    // Each write removes at most eight.
    expect(diskStore(dir).open('f').stats().entries).toBeLessThanOrEqual(6000 - 4 * 8)
  })

  test('their changes are in the usage file, which no deletion throws away', () => {
    const dir = newFolder()
    const bounded = diskStore(dir).open('f', { bounds: { maxEntries: 50 } })
    fill(bounded, 40)
    const usage = () => new UsageFile(resolveOptions(dir, {}), namespaceId('f')).read()
    const free = diskStore(dir).open('f')
    fill(free, 5, 1, 100)
    fill(free, 5, 3, 100)
    free.delete('entry-0')
    free.delete('none-such')
    free.lease!('entry-200', 1000)!.publish(plain('entry-200', 'x'))
    diskStore(dir).open('f').delete('entry-1')
    expect(usage()).toEqual(free.stats())
    expect(free.prune(0, { maxEntries: 30 })).toBe(14)
    expect(usage()).toEqual(free.stats())
    free.clear()
    expect(usage()).toEqual({ entries: 0, bytes: 0 })
  })
})
