import { memoryStore, StoreError } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, harness, runPending, withMethods } from './harness.ts'

const RENEWAL_MS = 7_500

describe.each([
  ['synchronous', () => memoryStore()],
  ['asynchronous', () => delayed(memoryStore())],
] as const)('a result for which a store, %s, has no room', (_, makeStore) => {
  function setup() {
    const store = makeStore()
    const state = { isFull: true, tries: 0 }
    const pauses: number[] = []
    let timers: (() => void)[] = []
    const { persist, report, eventNames, advance } = harness({
      later: (ms, act) => {
        if (ms !== RENEWAL_MS) pauses.push(ms)
        timers.push(act)
        return () => {
          timers = timers.filter((other) => other !== act)
        }
      },
    })
    const check = () => {
      state.tries++
      if (state.isFull) throw new StoreError('ERR_PERSIST_STORE_FULL', 'no room', { store: store.name })
    }
    const inner = store.open('f')
    const ifRoom = (act: () => unknown) => {
      if (store.mode === 'sync') {
        check()
        return act()
      }
      return (async () => {
        check()
        return act()
      })()
    }
    const cache = withMethods(asOtherProcess(store), {
      set: (entry: never) => ifRoom(() => inner.set(entry)),
      lease: (...args: never[]) => {
        const limited = (lease: { publish: (entry: never) => unknown } | undefined) =>
          lease &&
          new Proxy(lease, {
            get: (target, name) => {
              const own = Reflect.get(target, name)
              if (name === 'publish') return (entry: never) => ifRoom(() => target.publish(entry))
              return typeof own === 'function' ? own.bind(target) : own
            },
          })
        const lease = Reflect.apply(inner.lease!, inner, args)
        return lease instanceof Promise ? lease.then(limited) : limited(lease)
      },
    })
    let runs = 0
    const f = persist(async (x: number) => `run ${++runs} of ${x}`, { funcname: 'f', cache, report })
    const compute = async (x: number) => `other process, ${x}`
    const other = harness().persist(compute, { funcname: 'f', cache: asOtherProcess(store) })
    /** The pauses that end, in milliseconds. */
    const pass = async () => {
      for (const act of timers.splice(0)) act()
      await runPending()
      return pauses.splice(0)
    }
    return { f, other, state, pass, advance, eventNames }
  }

  it('is stored when there is room again', async () => {
    const { f, other, state, pass, eventNames } = setup()
    expect(await f(1)).toBe('run 1 of 1')
    expect([await pass(), await pass()]).toEqual([[1_000, 5_000], [30_000]])
    state.isFull = false
    await pass()
    expect(eventNames().filter((name) => name === 'write')).toHaveLength(1)
    expect([await other(1), await f(1)]).toEqual(['run 1 of 1', 'run 1 of 1'])
  })

  it('holds no lease: another process computes at once, and its result stays', async () => {
    const { f, other, state, pass } = setup()
    await f(1)
    expect(await other(1)).toBe('other process, 1')
    state.isFull = false
    await pass()
    expect([await other(1), await f(1)]).toEqual(['other process, 1', 'other process, 1'])
  })

  it('is not stored after forget of this process', async () => {
    const { f, other, state, pass } = setup()
    await f(1)
    await f.forget(1)
    state.isFull = false
    await pass()
    expect(await other.has(1)).toBe(false)
  })

  it('is given up after a minute, and then no store is tried again', async () => {
    const { f, state, pass, advance, eventNames } = setup()
    await f(1)
    advance(60_001)
    await pass()
    expect(eventNames()).toContain('skip unavailable')
    const { tries } = state
    for (let turn = 0; turn < 3; turn++) await pass()
    expect([state.tries, await pass()]).toEqual([tries, []])
  })
})
