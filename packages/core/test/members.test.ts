import { createPersist, memoryStore } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { ModuleMocker } from 'jest-mock'
import sinon from 'sinon'
import { describe, expect, it, vi } from 'vitest'

const persist = createPersist({ env: {}, stderr: () => {} })

const jest = new ModuleMocker(globalThis)
const MEMBERS = ['original', 'keyOf', 'has', 'peek', 'lookup', 'refresh', 'forget', 'put', 'many', 'clear', 'stats']
const VIEW = ['get', 'has', 'set', 'delete', 'clear', 'deleteByTag', 'size', 'keys', 'values', 'entries', 'forEach']

describe.each([
  ['a synchronous store', () => memoryStore()],
  ['an asynchronous store', () => delayed(memoryStore())],
])('the members of a persisted function over %s', (_, makeStore) => {
  const make = (options: { storekey?: boolean } = {}) =>
    persist((x: number) => 2 * x, { funcname: 'f', cache: makeStore(), ...options })

  it.each([...MEMBERS, 'with', 'cache'])('%s can be replaced, and is not enumerable on the function', (name) => {
    const f = make() as unknown as Record<string, unknown>
    expect(Object.getOwnPropertyDescriptor(f, name)).toMatchObject({
      writable: true,
      configurable: true,
      enumerable: false,
    })
    expect(Object.keys(f)).toEqual([])
  })

  it.each([true, false])('each member of the cache can be replaced; storekey: %s', (storekey) => {
    const { cache } = make({ storekey })
    for (const name of VIEW) {
      expect(Object.getOwnPropertyDescriptor(cache, name), name).toMatchObject({
        configurable: true,
        enumerable: false,
      })
    }
    expect(Object.keys(cache)).toEqual([])
  })

  it('takes spies and stubs of Vitest, Jest and Sinon', async () => {
    const f = make()
    const forget = vi.spyOn(f, 'forget')
    await f.forget(1)
    expect(forget).toHaveBeenCalledWith(1)
    forget.mockRestore()

    const peek = jest.spyOn(f, 'peek').mockReturnValue(7 as never)
    expect(f.peek(1)).toBe(7)
    peek.mockRestore()

    const get = sinon.stub(f.cache as { get(key: [number]): unknown }, 'get').returns(8)
    expect(f.cache.get([1])).toBe(8)
    get.restore()

    const cache = jest.replaceProperty(f, 'cache', { size: 5 } as never)
    expect(f.cache.size).toBe(5)
    cache.restore()
    expect(await f.cache.get([1])).toBeUndefined()
  })
})

it('the size of a synchronous cache can be spied on as a getter', () => {
  const f = persist((x: number) => x, { funcname: 'f', cache: memoryStore() })
  const size = vi.spyOn(f.cache, 'size', 'get').mockReturnValue(42)
  expect(f.cache.size).toBe(42)
  size.mockRestore()
  expect(f.cache.size).toBe(0)
})

describe('a cache without keys', () => {
  it.each(['keys', 'values', 'entries', 'forEach'])('%s reports the option that it needs', (name) => {
    const f = persist((x: number) => x, { funcname: 'f', cache: memoryStore() })
    const view = f.cache as unknown as Record<string, () => unknown>
    expect(() => view[name]!()).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_OPTION', option: 'storekey', message: expect.stringMatching(name) }),
    )
  })

  it('as an iterable does so too, over sync and async stores', async () => {
    const sync = persist((x: number) => x, { funcname: 'f', cache: memoryStore() })
    expect(() => [...(sync.cache as unknown as Iterable<unknown>)]).toThrow(/f\.cache as an iterable needs the keys/)
    const async = persist((x: number) => x, { funcname: 'f', cache: delayed(memoryStore()) })
    const walk = async () => {
      for await (const _ of async.cache as unknown as AsyncIterable<unknown>);
    }
    await expect(walk()).rejects.toThrow(/f\.cache as an iterable needs the keys/)
  })
})

it('a function that uses this may be called on null as on undefined', () => {
  const f = persist(
    function (this: unknown, x: number) {
      return this === null || this === undefined ? x : -x
    },
    { funcname: 'f', cache: memoryStore() },
  )
  expect([f.apply(null, [1]), f.apply(undefined, [1]), f.keyOf.apply(null, [1])]).toEqual([1, 1, [1]])
  expect(() => f.call({}, 1)).toThrow(/uses this/)
})

it('in a callback of map the index and the array are part of the key', () => {
  const f = persist((x: number) => x, { funcname: 'f', cache: memoryStore() })
  ;[1, 1].map(f as (x: number) => number)
  expect(f.cache.size).toBe(2)
  ;[1, 1].map((x) => f(x))
  expect(f.many([[1], [1]])).toEqual([1, 1])
  expect(f.cache.size).toBe(3)
})
