import { memoryStore, type Store, type TagFence } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { harness, withMethods } from './harness.ts'

interface Point {
  x: number
}

/** Calls the store's own method after `act`. */
function after<A extends unknown[]>(method: keyof Store, act: () => void) {
  return function (this: Store, ...args: A) {
    act()
    return (this[method] as unknown as (...args: A) => unknown)(...args)
  }
}

async function all<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const chunk of chunks) list.push(chunk)
  return list
}

describe('a caller that changes its argument during the call', () => {
  const KEYS = [
    ['its argument', (point: Point) => point],
    ['the arguments', undefined],
  ] as const

  it.each(KEYS)('and changes it back, leaves the right key in the store: %s', async (_what, key) => {
    const { persist } = harness()
    const point = { x: 1 }
    const values = [2, 1]
    const cache = withMethods(delayed(memoryStore()), {
      get: after('get', () => {
        point.x = values.shift() ?? 1
      }),
    })
    const f = persist(async ({ x }: Point) => 10 * x, { funcname: 'f', cache, storekey: true, key: key as never })
    expect(await f(point)).toBe(10)
    const view = f.cache as unknown as AsyncIterable<[unknown, number]>
    expect(await all(view)).toEqual([[key === undefined ? [{ x: 1 }] : { x: 1 }, 10]])
  })

  it('gets the result for the new argument, also if the last wait is for the order of deletions', async () => {
    const { persist, report, eventNames } = harness()
    const point = { x: 1 }
    const inner = delayed(memoryStore())
    const { tagFence } = inner.open('f')
    const moving: TagFence = {
      ...tagFence!,
      mark: () => {
        point.x = 2
        return tagFence!.mark()
      },
    }
    const cache = withMethods(inner, { tagFence: moving as never })
    const f = persist(async ({ x }: Point) => 10 * x, { funcname: 'f', cache, tags: () => ['t'], report })
    expect(await f(point)).toBe(20)
    expect([await f.peek({ x: 1 }), await f.peek({ x: 2 })]).toEqual([undefined, 20])
    expect(eventNames().filter((event) => event.startsWith('skip'))).toEqual(['skip arguments-changed'])
  })

  function calling<A extends unknown[], R>(act: () => void, then: (...args: A) => R) {
    return (...args: A): R => {
      act()
      return then(...args)
    }
  }
  const HOOKS: readonly (readonly [string, (act: () => void) => object])[] = [
    ['report', (act) => ({ report: act })],
    ['validate', (act) => ({ validate: calling(act, (value: number) => value) })],
    ['hash', (act) => ({ hash: calling(act, ([{ x }]: [Point]) => `hash-${x}`) })],
    ['pickle', (act) => ({ storekey: true, pickle: calling(act, JSON.stringify), unpickle: JSON.parse })],
  ]
  it.each(HOOKS)('in %s, over a synchronous store, gets the result for the new argument', async (_what, options) => {
    for (const makeAsync of [false, true]) {
      const { persist } = harness()
      const point = { x: 1 }
      let isDone = false
      const act = () => {
        if (isDone) return
        isDone = true
        point.x = 2
      }
      const all = { funcname: 'f', cache: memoryStore(), ...options(act) }
      const f = makeAsync ? persist(async ({ x }: Point) => 10 * x, all) : persist(({ x }: Point) => 10 * x, all)
      await f(point)
      expect([await f({ x: 1 }), await f({ x: 2 })]).toEqual([10, 20])
    }
  })

  it('gets the stream of the new argument, and nothing is stored under the old key', async () => {
    const { persist, report, eventNames } = harness()
    const point = { x: 1 }
    const cache = withMethods(delayed(memoryStore()), {
      lease: after('lease', () => {
        point.x = 2
      }),
    })
    const f = persist(
      async function* f({ x }: Point) {
        yield 10 * x
      },
      { cache, report },
    )
    const [one, other] = await Promise.all([all(f(point)), all(f({ x: 1 }))])
    expect([one, other]).toEqual([[20], [10]])
    expect([await f.peek({ x: 1 }), await f.peek({ x: 2 })]).toEqual([undefined, undefined])
    expect(eventNames()).toContain('skip arguments-changed')
  })
})
