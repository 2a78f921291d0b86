import { existsSync, lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { EntryRemoval } from '../src/files/entry-removal.ts'
import { namespaceId } from '../src/folder/layout.ts'
import { resolveOptions } from '../src/options.ts'
import { newFolder, plain } from './support/folder.ts'
import { atEveryCall } from './support/interrupted.ts'

const HASH = 'a-hash'
const NEW = plain(HASH, 'written since')

/** An entry that has changed since a process wanted to evict it: it is taken aside, and goes back. */
function room() {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  const path = join(dir, 'f', `${HASH}.entry`)
  store.set(plain(HASH, 'old'))
  const seen = lstatSync(path)
  store.set(NEW)
  return { dir, store, path, seen }
}

function evict(dir: string, path: string, seen: Stats, fileSystem = {}) {
  const options = resolveOptions(dir, fileSystem)
  return new EntryRemoval(options, namespaceId('f')).removeUnchanged(path, seen)
}

describe('an entry that was held aside, because it was to be evicted, and goes back because it has changed', () => {
  test('is there afterwards, and nothing else', () => {
    const { dir, store, path, seen } = room()
    expect(evict(dir, path, seen)).toBe(false)
    expect(store.get(HASH)).toEqual(NEW)
    expect(tokens(dir)).toEqual([])
  })

  const DELETIONS = {
    delete: (dir: string) => diskStore(dir).open('f').delete(HASH),
    // Both names of a file that is on its way back may be counted.
    clear: (dir: string) => diskStore(dir).open('f').clear() >= 1,
  }

  test.each(Object.entries(DELETIONS))('does not come back from a %s at any step', (_, remove) => {
    const calls = atEveryCall((fileSystem, interrupt, nth) => {
      const { dir, store, path, seen } = room()
      let removed: boolean | undefined
      interrupt(() => {
        removed = remove(dir)
      })
      evict(dir, path, seen, { fileSystem })
      interrupt(() => {})
      if (removed === undefined) return
      expect(store.get(HASH), `at call ${nth}`).toBeUndefined()
      expect(existsSync(path)).toBe(false)
      expect(tokens(dir)).toEqual([])
      expect(removed, `at call ${nth}`).toBe(true)
    })
    expect(calls).toBeGreaterThan(5)
  })

  test.each(['delete', 'clear'] as const)('does not come back if that happens at any step of a %s', (method) => {
    const calls = atEveryCall((fileSystem, interrupt, nth) => {
      const { dir, store, path, seen } = room()
      interrupt(() => void evict(dir, path, seen))
      const deleting = diskStore(dir, { fileSystem }).open('f')
      if (method === 'clear') deleting.clear()
      else deleting.delete(HASH)
      interrupt(() => {})
      expect(store.get(HASH), `at call ${nth}`).toBeUndefined()
      expect(tokens(dir)).toEqual([])
    })
    expect(calls).toBeGreaterThan(5)
  })

  test('does not replace what is set meanwhile, at any step', () => {
    atEveryCall((fileSystem, interrupt, nth) => {
      const { dir, store, path, seen } = room()
      let isSet = false
      interrupt(() => {
        isSet = true
        diskStore(dir).open('f').set(plain(HASH, 'newest'))
      })
      evict(dir, path, seen, { fileSystem })
      interrupt(() => {})
      if (isSet) expect(store.get(HASH)?.payload, `at call ${nth}`).toBe('newest')
    })
  })
})

test('a damaged entry that turns out to be a good one does not come back from a delete', () => {
  atEveryCall((fileSystem, interrupt, nth) => {
    const { dir, store } = room()
    const reader = diskStore(dir, { fileSystem }).open('f')
    let deleted = false
    interrupt(() => {
      deleted = true
      diskStore(dir).open('f').delete(HASH)
    })
    reader.get(HASH)
    interrupt(() => {})
    if (deleted) expect(store.get(HASH), `at call ${nth}`).toBeUndefined()
  })
})

function tokens(dir: string): string[] {
  return readdirSync(join(dir, '.persist'), { recursive: true })
    .map(String)
    .filter((name) => /^[0-9a-f]\//.test(name))
}
