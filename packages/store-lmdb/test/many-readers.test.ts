import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lmdbStore } from '@persist/store-lmdb'
import { open } from 'lmdb'
import { expect, onTestFinished, test } from 'vitest'

test('a thousand threads can read at once, also where the lock file was made for fewer', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'persist-lmdb-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const fewer = open({ path: dir, noSubdir: false, maxDbs: 8 })
  expect(maxReadersOf(fewer)).toBe(126)
  await fewer.close()

  const adapter = lmdbStore(dir)
  adapter.open('f').set({ hash: 'a', payload: '1', createdAt: 1 })
  // A process has one open file for all its users.
  const same = open({ path: dir, noSubdir: false, maxDbs: 8 })
  expect(maxReadersOf(same)).toBe(1000)
  await same.close()
  await adapter.close!()
})

function maxReadersOf(root: object): number {
  return (root as { getStats(): { maxReaders: number } }).getStats().maxReaders
}
