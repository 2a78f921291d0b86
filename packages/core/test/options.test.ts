import { memoryStore } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { harness } from './harness.ts'

const { persist } = harness()
const wrap = (options: object) => () =>
  persist((x: number) => x, { funcname: 'f', cache: memoryStore(), ...options } as object)

describe('invalid options are rejected when a function is wrapped', () => {
  it.each<[option: string, options: object]>([
    ['memory.maxEntries', { memory: { maxEntries: Number.NaN } }],
    ['memory.maxEntries', { memory: { maxEntries: '100' } }],
    ['memory.maxEntries', { memory: { maxEntries: 0.5 } }],
    ['memory.maxBytes', { memory: { maxBytes: -1 } }],
    ['memory.maxBytes', { memory: { maxBytes: Number.POSITIVE_INFINITY } }],
    ['memory.maxAge', { memory: { maxAge: '5' } }],
    ['memory.maxAge', { memory: { maxAge: Number.NaN } }],
    ['memory.maxAge', { memory: { maxAge: null } }],
    ['memory', { memory: [] }],
    ['memory', { memory: 'true' }],
    ['memory', { memory: null }],
    ['maxEntries', { maxEntries: Number.NaN }],
    ['maxEntries', { maxEntries: '100' }],
    ['maxEntries', { maxEntries: -5 }],
    ['maxBytes', { maxBytes: '10GB' }],
    ['ttl', { ttl: Number.NaN }],
    ['ttl', { ttl: -1 }],
    ['ttl', { ttl: 0 }],
    ['ttl', { ttl: '3600' }],
    ['ttl', { ttl: '1M' }],
    ['ttl', { ttl: '' }],
    ['ttl', { ttl: null }],
    ['ttl', { ttl: new Date() }],
    ['staleWhileRevalidate', { ttl: 1, staleWhileRevalidate: 'a day' }],
    ['staleWhileRevalidate', { staleWhileRevalidate: '1d' }],
    ['staleIfError', { staleIfError: '1d' }],
    ['waitTimeout', { waitTimeout: Number.NaN }],
    ['waitTimeout', { waitTimeout: '10' }],
    ['verbosity', { verbosity: '1' }],
    ['verbosity', { verbosity: Number.NaN }],
    ['version', { version: '' }],
    ['version', { version: 2 }],
    ['funcname', { funcname: '' }],
    ['cache', { cache: '' }],
    ['cache', { cache: null }],
    ['async', { async: 'true' }],
    ['storekey', { storekey: 'true' }],
    ['singleFlight', { singleFlight: 'false' }],
    ['singleFlight', { singleFlight: true }],
    ['onStoreError', { onStoreError: 'ignore' }],
    ['dependsOn', { dependsOn: ['helper'] }],
    ['tags', { tags: ['a'] }],
    ['storeOptions', { storeOptions: 'x' }],
  ])('%s: %o', (option, options) => {
    expect(wrap(options)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION', option }))
  })

  it.each<[option: string, nearest: string, options: object]>([
    ['memory.maxEntires', 'maxEntries', { memory: { maxEntires: 10 } }],
    ['memory.maxage', 'maxAge', { memory: { maxage: 10 } }],
    ['maxEntires', 'maxEntries', { maxEntires: 10 }],
    ['tll', 'ttl', { tll: 10 }],
    ['storeKey', 'storekey', { storeKey: true }],
  ])('%s, with the name that is nearest: %s', (option, nearest, options) => {
    expect(wrap(options)).toThrow(
      expect.objectContaining({ option, nearest, message: expect.stringContaining(nearest) }),
    )
  })

  it('with the known names, if none is similar', () => {
    for (const memory of [{ max: 5 }, { ttl: '1s' }]) {
      expect(wrap({ memory })).toThrow(/maxEntries.*maxBytes.*maxAge|did you mean max/)
    }
  })

  it('with a suggestion of how to write the value', () => {
    expect(wrap({ maxBytes: '10GB' })).toThrow(/10 \* 1024 \*\* 3/)
    expect(wrap({ maxEntries: '100' })).toThrow(/Number\("100"\)/)
    expect(wrap({ ttl: '3600' })).toThrow(/3600s/)
    expect(wrap({ ttl: '1M' })).toThrow(/30d/)
    expect(wrap({ cache: '' })).toThrow(/environment/)
  })

  it('and so are the overrides of a call', () => {
    const f = wrap({})()
    for (const overrides of [
      { maxAge: Number.NaN },
      { maxAge: '5' },
      { refresh: 'yes' },
      { bypass: 1 },
      { signal: {} },
    ]) {
      expect(() => f.with(overrides as object)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION' }))
    }
    for (const overrides of [undefined, null, 5, '1m', []]) {
      expect(() => f.with(overrides as never)).toThrow(/takes an object of overrides, as in/)
    }
    expect(() => f.with({ maxage: 5 } as object)).toThrow(expect.objectContaining({ nearest: 'maxAge' }))
  })

  it('but undefined counts as not given, at every depth', () => {
    expect(
      wrap({ ttl: undefined, memory: { maxEntries: undefined, maxAge: undefined }, cache: memoryStore() }),
    ).not.toThrow()
    const fromEnvironment = harness({ env: { PERSIST_CACHE: '', PERSIST_MODE: '', PERSIST_VERBOSITY: '' } }).persist
    expect(() => fromEnvironment((x: number) => x, { funcname: 'f', cache: memoryStore() })).not.toThrow()
  })
})

describe('errors are never thrown synchronously', () => {
  it('by an asynchronous function: keys, signals, modes', async () => {
    const off = harness({ env: { PERSIST_MODE: 'off' } }).persist
    const replay = harness({ env: { PERSIST_MODE: 'replay' } }).persist
    const fails = async () => {
      throw new Error('its own')
    }
    const calls = [
      () => persist(async (x: symbol) => x, { funcname: 'a', cache: memoryStore() })(Symbol('x')),
      () => persist(fails, { funcname: 'b', cache: memoryStore() }).with({ bypass: true })(),
      () => off(fails, { funcname: 'c', cache: memoryStore() })(),
      () => replay(fails, { funcname: 'd', cache: memoryStore() })(),
      () => persist(async () => 1, { funcname: 'e', cache: memoryStore() }).with({ signal: AbortSignal.abort() })(),
      () =>
        persist((_x: symbol) => Promise.resolve(1), { funcname: 'f', cache: memoryStore(), async: true })(Symbol('x')),
    ]
    for (const call of calls) {
      const result = call()
      expect(result).toBeInstanceOf(Promise)
      await expect(result).rejects.toThrow()
    }
  })
})
