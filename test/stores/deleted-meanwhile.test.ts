import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeStores, persist } from '@persist/core'
import { afterAll, describe, expect, test } from 'vitest'
import { withMongo } from '../support/with-mongo.ts'
import { start } from './child.ts'

/** The same function as the child's, in this process, which only deletes. */
const rowIn = (cache: string) =>
  persist(async (x: number) => `new ${x}`, { funcname: 'row', cache, tags: (_row, x) => [`row:${x}`, 'all'] })

function deletions(cacheOf: () => string) {
  test.each([
    ['deleteByTag, of its tag', 'skip fenced', undefined, (row: Row) => row.cache.deleteByTag('row:1')],
    [
      'deleteByTag, of a tag that others have too',
      'skip fenced',
      undefined,
      (row: Row) => row.cache.deleteByTag('all'),
    ],
    ['deleteByTag, of another tag', 'write', 'old 1', (row: Row) => row.cache.deleteByTag('row:2')],
    ['clear', 'skip fenced', undefined, (row: Row) => row.clear()],
    ['forget', 'skip fenced', undefined, (row: Row) => row.forget(1)],
    ['forget, of another call', 'write', 'old 1', (row: Row) => row.forget(2)],
    ['put', 'skip fenced', 'put', (row: Row) => row.put('put', 1)],
  ] as const)('%s in another process meanwhile: %s', async (_name, end, stored, act) => {
    const cache = cacheOf()
    const child = start('tagged', cache, 1)
    await child.line('computing')
    const row = rowIn(cache)
    await act(row)
    child.process.stdin!.write('go\n')
    expect(await child.line('value')).toBe(`value old 1 ${end}`)
    expect(await row.peek(1)).toBe(stored)
  })

  test('deletions by tag after the computation reach its result, and later computations are stored', async () => {
    const cache = cacheOf()
    const row = rowIn(cache)
    await row(1)
    expect(await row.cache.deleteByTag('row:1')).toBe(1)
    await row(1)
    expect(await row.peek(1)).toBe('new 1')
  })
}

type Row = ReturnType<typeof rowIn>

describe.each(['file', 'lmdb'])(
  'over %s:// a computation that began before a deletion does not restore the entry',
  (scheme) => {
    const folders: string[] = []
    afterAll(async () => {
      await closeStores()
      for (const folder of folders) rmSync(folder, { recursive: true })
    })
    deletions(() => {
      const folder = mkdtempSync(join(tmpdir(), 'persist-deleted-'))
      folders.push(folder)
      return `${scheme}://${folder}`
    })
  },
)

withMongo('over MongoDB a computation that began before a deletion does not restore the entry', (url) => {
  afterAll(() => closeStores())
  deletions(() => `${url}deleted-${randomBytes(6).toString('hex')}`)
})
