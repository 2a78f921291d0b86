import { memoryStore, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { lab } from './lab.ts'

/** One store without leases, so that nothing but the process itself can tell what was deleted. */
function withoutLeases(adapter: StoreAdapter): StoreAdapter {
  return new Proxy(adapter, {
    get: (inner, name) => (name === 'supports' ? { ...inner.supports, lease: false } : Reflect.get(inner, name)),
  })
}

const STORES: readonly (readonly [string, () => StoreAdapter])[] = [
  ['a synchronous store', () => memoryStore()],
  ['an asynchronous store', () => delayed(memoryStore())],
  ['a store without leases', () => withoutLeases(delayed(memoryStore()))],
]

describe.each(STORES)('a function that is wrapped twice in one process, over %s', (_name, makeStore) => {
  /** Two wrappings, each with a memory of its own; the function waits until it is let go. */
  function twice() {
    const { persist } = lab()
    const state = { runs: 0, hold: Promise.resolve() }
    const fn = async (_x: number) => {
      const run = ++state.runs
      await state.hold
      return run
    }
    const options = { funcname: 'f', cache: makeStore(), memory: true, tags: () => ['t'] }
    return { one: persist(fn, options), other: persist(fn, options), state }
  }
  type Wrapping = ReturnType<typeof twice>['one']

  const CHANGES: readonly (readonly [string, (f: Wrapping) => unknown, unknown])[] = [
    ['forget', (f) => f.forget(1), undefined],
    ['clear', (f) => f.clear(), undefined],
    ['deleteByTag', (f) => f.cache.deleteByTag('t'), undefined],
    ['put', (f) => f.put(99, 1), 99],
  ]

  it.each(CHANGES)('%s through one of them reaches the memory of the other at once', async (_verb, change, left) => {
    const { one, other, state } = twice()
    expect([await one(1), await other(1), state.runs]).toEqual([1, 1, 1])
    await change(one)
    expect(await other(1)).toBe(left ?? 2)
  })

  it('refresh through one of them reaches the memory of the other at once', async () => {
    const { one, other } = twice()
    await one(1)
    await other(1)
    expect([await one.refresh(1), await other(1)]).toEqual([2, 2])
  })

  it.each(CHANGES)(
    '%s through one of them keeps what the other computes out of the store',
    async (_verb, change, left) => {
      const { one, other, state } = twice()
      let letGo = () => {}
      state.hold = new Promise((resolve) => {
        letGo = resolve
      })
      const running = other(1)
      while (state.runs === 0) await new Promise(setImmediate)
      await change(one)
      letGo()
      expect(await running).toBe(1)
      expect(await other.peek(1)).toBe(left)
    },
  )
})
