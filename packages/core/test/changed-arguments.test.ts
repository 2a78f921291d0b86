import { memoryStore, type Store, type TagFence } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { changed, lab } from './lab.ts'

interface Point {
  x: number
}

/** Calls the store's own verb, after something else. */
function after<A extends unknown[]>(verb: keyof Store, act: () => void) {
  return function (this: Store, ...args: A) {
    act()
    return (this[verb] as unknown as (...args: A) => unknown)(...args)
  }
}

async function all<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const chunk of chunks) list.push(chunk)
  return list
}

describe('a caller that changes its argument while the call waits', () => {
  const KEYS = [
    ['its argument', (point: Point) => point],
    ['the arguments', undefined],
  ] as const

  it.each(KEYS)('and changes it back, leaves the right key in the store: %s', async (_what, key) => {
    const { persist } = lab()
    const point = { x: 1 }
    const values = [2, 1]
    const cache = changed(delayed(memoryStore()), {
      get: after('get', () => {
        point.x = values.shift() ?? 1
      }),
    })
    const f = persist(async ({ x }: Point) => 10 * x, { funcname: 'f', cache, storekey: true, key: key as never })
    expect(await f(point)).toBe(10)
    const view = f.cache as unknown as AsyncIterable<[unknown, number]>
    expect(await all(view)).toEqual([[key === undefined ? [{ x: 1 }] : { x: 1 }, 10]])
  })

  it('gets the call with it as it is then, also where the last wait is for the order of deletions', async () => {
    const { persist, report, told } = lab()
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
    const cache = changed(inner, { tagFence: moving as never })
    const f = persist(async ({ x }: Point) => 10 * x, { funcname: 'f', cache, tags: () => ['t'], report })
    expect(await f(point)).toBe(20)
    expect([await f.peek({ x: 1 }), await f.peek({ x: 2 })]).toEqual([undefined, 20])
    expect(told().filter((event) => event.startsWith('skip'))).toEqual(['skip arguments-changed'])
  })

  it('gets the stream of it as it is then, and nothing is stored under the key from before', async () => {
    const { persist, report, told } = lab()
    const point = { x: 1 }
    const cache = changed(delayed(memoryStore()), {
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
    expect(told()).toContain('skip arguments-changed')
  })
})
