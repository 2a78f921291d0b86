import { resolve } from 'node:path'
import { OptionError } from '@persist/errors'
import { fromUrl, type LmdbStoreOptions, lmdbStore } from '@persist/store-lmdb'
import { expect, test } from 'vitest'

test.each([
  ['lmdb://persist', 'persist'],
  ['lmdb://./a/b', 'a/b'],
  ['lmdb:///var/cache/a%20b', '/var/cache/a b'],
  ['LMDB://x%3Fy', 'x?y'],
  ['lmdb://a.b', 'a.b'],
])('%s is the folder %s', (url, folder) => {
  expect(fromUrl(url).name).toBe(`lmdb://${resolve(folder)}`)
  expect(fromUrl(url).name).toBe(lmdbStore(folder).name)
})

test('a URL object means the same folder', () => {
  expect(fromUrl(new URL('lmdb:///var/cache')).name).toBe('lmdb:///var/cache')
})

test('what cannot be meant is an error', () => {
  for (const url of ['lmdb://', 'file://x', './x', 'lmdb://x?y=1', 'lmdb://x#y', 'lmdb://%zz']) {
    expect(() => fromUrl(url), url).toThrow(OptionError)
  }
})

test('an option that there is not, or of another kind, is an error that says so', () => {
  const misspelled = { flsh: false } as LmdbStoreOptions
  expect(() => lmdbStore('x', misspelled)).toThrow(expect.objectContaining({ option: 'flsh', nearest: 'flush' }))
  expect(() => lmdbStore('x', { flush: 'no' as unknown as boolean })).toThrow(OptionError)
  expect(() => fromUrl('lmdb://x', { leaseMs: 0 })).toThrow(OptionError)
})

test('what looks like a secret in a URL that is refused is not shown', () => {
  for (const url of ['lmdb://cache?secret=S3cret', 'lmdb://ann:S3cret@host/%zz', 'redis://ann:S3/cret@host']) {
    expect(() => fromUrl(url)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION' }))
    expect(() => fromUrl(url)).not.toThrow(/S3/)
  }
})
