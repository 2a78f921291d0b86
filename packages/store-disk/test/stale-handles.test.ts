import fs from 'node:fs'
import { diskStore, type FileSystem } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { failure } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

/** As NFS, where a file that was replaced meanwhile fails with ESTALE: the next so many attempts to open an entry do. */
function staleFileSystem() {
  const stale = { left: 0 }
  const openSync: typeof fs.openSync = (path, flags, mode) => {
    if (String(path).endsWith('.entry') && stale.left-- > 0) throw failure('ESTALE')
    return fs.openSync(path, flags, mode)
  }
  return { stale, fileSystem: { ...fs, openSync } as FileSystem }
}

// Deletions by tag go by this listing.
test('an entry whose file was replaced meanwhile is listed; where that cannot be known, the listing fails', () => {
  const { stale, fileSystem } = staleFileSystem()
  const store = diskStore(newFolder(), { fileSystem }).open('f')
  store.set(plain('a'))
  stale.left = 1
  expect([...store.heads()]).toMatchObject([{ hash: 'a' }])
  stale.left = Number.POSITIVE_INFINITY
  expect(() => [...store.heads()]).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_STORE_BUSY' }))
  expect(store.get('a')).toBeUndefined()
})
