import fs, { type Stats } from 'node:fs'
import { diskStore } from '@persist/store-disk'
import { beforeEach, describe, expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

type LstatOptions = { throwIfNoEntry: false }

/** File systems that number files as `numberOf` says, as some over a network do. */
const fileSystemWith = (numberOf: (path: string) => number) => {
  const renumbered = (stat: Stats | undefined, path: string) => stat && Object.assign(stat, { ino: numberOf(path) })
  return {
    ...fs,
    fstatSync: ((fd: number) => renumbered(fs.fstatSync(fd), `open ${fd}`)) as typeof fs.fstatSync,
    lstatSync: ((path: string, options: LstatOptions) =>
      renumbered(fs.lstatSync(path, options), path)) as typeof fs.lstatSync,
    statSync: ((path: string, options: LstatOptions) =>
      renumbered(fs.statSync(path, options), path)) as typeof fs.statSync,
  } as typeof fs
}

let dir: string
beforeEach(() => {
  dir = newFolder()
})

const NUMBERS: Record<string, (path: string) => number> = {
  'numbers files by their paths, and open ones in another way': (path) =>
    [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1e9, 7),
  'never gives the same number twice': () => Math.random(),
}

describe.each(Object.entries(NUMBERS))('on a file system that %s,', (_, numberOf) => {
  const open = (bounds = {}) => diskStore(dir, { fileSystem: fileSystemWith(numberOf) }).open('f', { bounds })

  test('deletions by tag are seen, and only by those who began before', () => {
    const fence = open().tagFence!
    fence.record('blue')
    const mark = fence.mark()
    fence.record('red')
    expect(open().tagFence!.hasDeleted(mark, ['red'])).toBe(true)
    expect(open().tagFence!.hasDeleted(mark, ['blue'])).toBe(false)
    expect(open().tagFence!.hasDeleted(open().tagFence!.mark(), ['red'])).toBe(false)
  })

  test('what has expired is pruned', () => {
    const store = open()
    for (let number = 0; number < 5; number++) store.set({ ...plain(`h${number}`), expiresAt: 5 })
    expect(store.prune(10)).toBe(5)
    expect(store.stats().entries).toBe(0)
  })
})

test('bounds are kept on a file system that numbers files by their paths', () => {
  const fileSystem = fileSystemWith(NUMBERS['numbers files by their paths, and open ones in another way']!)
  const store = diskStore(dir, { fileSystem }).open('f', { bounds: { maxEntries: 10 } })
  for (let number = 0; number < 60; number++) store.set(plain(`h${number}`))
  expect(store.stats().entries).toBeLessThan(20)
  expect(store.prune(0, { maxEntries: 3 })).toBeGreaterThan(0)
  expect(store.stats().entries).toBe(3)
})
