import { type Entry, memoryStore, type Store, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { harness, withMethods, withoutLeases } from './harness.ts'

const STORES: readonly (readonly [string, () => StoreAdapter])[] = [
  ['a synchronous store', () => memoryStore()],
  ['an asynchronous store', () => delayed(memoryStore())],
  ['a store without leases', () => withoutLeases(delayed(memoryStore()))],
]

describe.each(STORES)('a function wrapped twice in one process, over %s', (_name, makeStore) => {
  /** Two wrappings, each with its own memory; the function waits for a gate. */
  function twice() {
    const { persist } = harness()
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

  it.each(CHANGES)(
    '%s through one wrapping applies to the memory of the other immediately',
    async (_verb, change, left) => {
      const { one, other, state } = twice()
      expect([await one(1), await other(1), state.runs]).toEqual([1, 1, 1])
      await change(one)
      expect(await other(1)).toBe(left ?? 2)
    },
  )

  it('refresh through one wrapping applies to the memory of the other immediately', async () => {
    const { one, other } = twice()
    await one(1)
    await other(1)
    expect([await one.refresh(1), await other(1)]).toEqual([2, 2])
  })

  it.each(CHANGES)(
    '%s through one wrapping keeps the running computations of the other from storing',
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

describe('over a store without leases, a deletion that begins during the write of a result', () => {
  interface Deletable {
    forget(x: number): unknown
    clear(): unknown
    cache: { deleteByTag(tag: string): unknown }
  }
  const DELETIONS: readonly (readonly [string, (f: Deletable) => unknown])[] = [
    ['forget', (f) => f.forget(1)],
    ['clear', (f) => f.clear()],
    ['deleteByTag', (f) => f.cache.deleteByTag('t')],
  ]

  it.each(DELETIONS)('leaves no entry: %s', async (_verb, act) => {
    const { persist, report, eventNames } = harness()
    let begin = () => {}
    let end = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    async function set(this: Store<'async'>, entry: Entry) {
      begin()
      await ended
      return this.set(entry)
    }
    const cache = withMethods(withoutLeases(delayed(memoryStore())), { set })
    const f = persist(async (x: number) => x, { funcname: 'f', cache, memory: true, tags: () => ['t'], report })
    const running = f(1)
    await begun
    const deleted = act(f)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    end()
    await deleted
    expect(await f.has(1)).toBe(false)
    expect(await running).toBe(1)
    expect(await f.has(1)).toBe(false)
    eventNames()
    expect([await f(1), eventNames()]).toEqual([1, ['miss absent', 'compute', 'write']])
  })

  it('waits no longer than waitTimeout for a write that never ends', async () => {
    const { persist } = harness({
      later: (_ms, act) => {
        const timer = setImmediate(act)
        return () => clearImmediate(timer)
      },
    })
    let isHung = true
    async function set(this: Store<'async'>, entry: Entry) {
      if (isHung) await new Promise(() => {})
      return this.set(entry)
    }
    const cache = withMethods(withoutLeases(delayed(memoryStore())), { set })
    const f = persist(async (x: number) => x, { funcname: 'f', cache, waitTimeout: 1_000 })
    const hung = f(1)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    isHung = false
    expect(await f.forget(1)).toBe(false)
    await f.put(7, 1)
    expect(await f(1)).toBe(7)
    expect(await Promise.race([hung, 'still hung'])).toBe('still hung')
  })
})
