import { memoryStore, type StoreAdapter } from '@persist/core'
import { expect, it } from 'vitest'
import { asOtherProcess, chunksOf, harness, inBothModes } from './harness.ts'

const FROZEN = { memory: { values: 'frozen', maxAge: '1d' } } as const

interface Row {
  readonly id: number
  readonly tags: string[]
}

inBothModes("memory: { values: 'frozen' }", (makeStore) => {
  const make = (cache: StoreAdapter, value: () => unknown, options: object = FROZEN) => {
    const { persist } = harness()
    return persist((_: number) => value(), { funcname: 'f', cache, ...options })
  }
  const row = (): Row => ({ id: 1, tags: ['a', 'b'] })

  it('hits share one value, of which no part can be changed', async () => {
    const f = make(makeStore(), row)
    await f(1)
    const first = (await f(1)) as Row
    expect(await f(1)).toBe(first)
    expect(first).toEqual(row())
    expect(() => first.tags.push('c')).toThrow(TypeError)
    expect(() => Object.assign(first, { id: 2 })).toThrow(TypeError)
  })

  it('the caller that computes gets the value of the function, which stays as it is', async () => {
    const own = row()
    const f = make(makeStore(), () => own)
    expect(await f(1)).toBe(own)
    own.tags.push('c')
    expect(await f(1)).toEqual(row())
    expect(Object.isFrozen(own)).toBe(false)
  })

  it('a hit in the store is shared with the hits in memory', async () => {
    const cache = makeStore()
    await make(cache, row)(1)
    const again = make(asOtherProcess(cache), row)
    const first = await again(1)
    expect(Object.isFrozen(first)).toBe(true)
    expect(await again(1)).toBe(first)
  })

  it.each([
    ['a Map', () => new Map([['a', 1]])],
    ['a Date inside', () => ({ when: new Date(0) })],
    ['bytes inside', () => [new Uint8Array(3)]],
    ['an error', () => new Error('as a value')],
  ])('a value that cannot be frozen is copied: %s', async (_, value) => {
    const f = make(makeStore(), value)
    await f(1)
    const [one, two] = [await f(1), await f(1)]
    expect(one).not.toBe(two)
    expect(one).toEqual(two)
    expect(Object.isFrozen(one)).toBe(false)
  })

  it('a value that contains itself is frozen', async () => {
    interface Ring {
      self?: Ring
    }
    const f = make(makeStore(), () => {
      const ring: Ring = {}
      ring.self = ring
      return ring
    })
    await f(1)
    const ring = (await f(1)) as Ring
    expect(Object.isFrozen(ring)).toBe(true)
    expect(ring.self).toBe(ring)
  })

  it('an instance of a class, of a pickle of your own, is copied', async () => {
    class Point {
      x = 0
    }
    const pickles = { pickle: JSON.stringify, unpickle: () => new Point() }
    const f = make(makeStore(), () => new Point(), { ...FROZEN, ...pickles })
    await f(1)
    const point = (await f(1)) as Point
    point.x = 5
    expect(await f(1)).toEqual({ x: 0 })
  })

  it('without it, every caller gets its own copy', async () => {
    const f = make(makeStore(), row, { memory: true })
    await f(1)
    const first = (await f(1)) as Row
    first.tags.push('c')
    expect(await f(1)).toEqual(row())
  })

  it('the chunks of a stream are shared', async () => {
    const { persist } = harness()
    const f = persist(
      async function* (_: number) {
        yield row()
      },
      { funcname: 'f', cache: makeStore(), ...FROZEN },
    )
    await chunksOf(f(1))
    const [first] = await chunksOf(f(1))
    expect(Object.isFrozen(first)).toBe(true)
    expect((await chunksOf(f(1)))[0]).toBe(first)
  })
})

it('another word is refused', () => {
  const { persist } = harness()
  const wrap = () => persist((x: number) => x, { cache: memoryStore(), memory: { values: 'shared' as 'frozen' } })
  expect(wrap).toThrow("the option memory.values must be 'copied' or 'frozen', not \"shared\"")
})
