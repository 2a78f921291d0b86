import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeStores, memoryStore, OptionError, persist, registerStore, type StoreOptions } from '@persist/core'
import type { DiskStoreOptions } from '@persist/store-disk'
import type { KeyvStoreOptions } from '@persist/store-keyv'
import type { LmdbStoreOptions } from '@persist/store-lmdb'
import type { MongoStoreOptions } from '@persist/store-mongo'
import { afterAll, expect, expectTypeOf, test } from 'vitest'

declare module '@persist/store' {
  interface StoreSchemes {
    shelf: { readonly region: string; readonly retries?: number }
  }
}

const folder = mkdtempSync(join(tmpdir(), 'persist-options-'))
afterAll(async () => {
  await closeStores()
  rmSync(folder, { recursive: true })
})
const never = <T>(make: () => T) => make
const fn = (x: number) => 2 * x

test('the scheme of a URL, in upper or lower case, decides the type of storeOptions; a folder is file', () => {
  expectTypeOf<StoreOptions<'file://x'>>().toEqualTypeOf<DiskStoreOptions>()
  expectTypeOf<StoreOptions<'./x'>>().toEqualTypeOf<DiskStoreOptions>()
  expectTypeOf<StoreOptions<'LMDB://x'>>().toEqualTypeOf<LmdbStoreOptions>()
  expectTypeOf<StoreOptions<'mongodb+srv://x/y'>>().toEqualTypeOf<MongoStoreOptions>()
  expectTypeOf<StoreOptions<'rediss://x'>>().toEqualTypeOf<KeyvStoreOptions>()
  expectTypeOf<StoreOptions<'unknown://x'>>().toEqualTypeOf<Readonly<Record<string, unknown>>>()
  expectTypeOf<StoreOptions>().toEqualTypeOf<Readonly<Record<string, unknown>>>()
})

test('a string of an unknown scheme may be sync or async', () => {
  const place = process.env.ANY as string
  const open = never(() => persist(fn, { funcname: 'f', cache: `${place}/x` }))
  expectTypeOf<ReturnType<ReturnType<typeof open>>>().toEqualTypeOf<number | Promise<number>>()
  const folder = never(() => persist(fn, { funcname: 'f', cache: `./${place}` }))
  expectTypeOf<ReturnType<ReturnType<typeof folder>>>().toEqualTypeOf<number>()
  const mongo = never(() => persist(fn, { funcname: 'f', cache: `mongodb://${place}` }))
  expectTypeOf<ReturnType<ReturnType<typeof mongo>>>().toEqualTypeOf<Promise<number>>()
})

test('persist accepts the options of the URL’s store, and no others', () => {
  never(() => persist(fn, { funcname: 'f', cache: 'lmdb://x', storeOptions: { flush: false } }))
  never(() => persist({ funcname: 'f', cache: 'shelf://x', storeOptions: { region: 'eu' } })(fn))
  never(() => persist(fn, { funcname: 'f', storeOptions: { durable: true } }))
  never(() => persist(fn, { funcname: 'f', cache: process.env.ANY as string, storeOptions: { whatever: 1 } }))
  // @ts-expect-error it is true or false
  never(() => persist(fn, { funcname: 'f', cache: 'lmdb://x', storeOptions: { flush: 'no' } }))
  // @ts-expect-error the region is missing
  never(() => persist(fn, { funcname: 'f', cache: 'shelf://x', storeOptions: { retries: 1 } }))
  // @ts-expect-error there is no such option
  never(() => persist(fn, { funcname: 'f', cache: 'mongodb://x', storeOptions: { flush: true } }))
})

test('the factory of a registered scheme gets its options, with their type', () => {
  const got: unknown[] = []
  registerStore('shelf', (url, options) => {
    expectTypeOf(options).toEqualTypeOf<{ readonly region: string; readonly retries?: number } | undefined>()
    got.push([url, options])
    return memoryStore(url)
  })
  persist(fn, { funcname: 'shelf1', cache: 'shelf://one', storeOptions: { region: 'eu' } })
  persist(fn, { funcname: 'shelf2', cache: 'shelf://two' })
  expect(got).toEqual([
    ['shelf://one', { region: 'eu' }],
    ['shelf://two', undefined],
  ])
})

test('a store that is loaded by its scheme gets its options', () => {
  const cache = `lmdb://${folder}`
  expect(persist(fn, { funcname: 'lmdb', cache, storeOptions: { flush: false } })(2)).toBe(4)
  const misspelled = { flsh: false }
  expect(() => persist(fn, { funcname: 'wrong', cache: `${cache}/2`, storeOptions: misspelled })).toThrow(
    expect.objectContaining({ code: 'ERR_PERSIST_OPTION', nearest: 'flush' }),
  )
})

test('one place has one set of options in a process: the same set again is accepted, another one is an error', () => {
  const cache = `lmdb://${folder}/one-place`
  persist(fn, { funcname: 'first', cache, storeOptions: { flush: false } })
  persist(fn, { funcname: 'again', cache, storeOptions: { flush: false } })
  persist(fn, { funcname: 'whatever', cache })
  expect(() => persist(fn, { funcname: 'other', cache, storeOptions: { flush: true } })).toThrow(OptionError)
})

test('storeOptions beside an adapter are an error', () => {
  const options = { funcname: 'adapter', cache: memoryStore(), storeOptions: {} }
  expect(() => persist(fn, options)).toThrow(expect.objectContaining({ option: 'storeOptions' }))
})
