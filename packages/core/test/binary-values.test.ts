import { memoryStore, persist } from '@persist/core'
import { describe, expect, it } from 'vitest'

const numbers = (seed: number) => Float64Array.from({ length: 1000 }, (_, index) => index * seed)

describe('large typed arrays', () => {
  it('come back equal from a store, each caller with a buffer of its own', () => {
    let runs = 0
    const compute = (seed: number) => {
      runs++
      return { all: numbers(seed) }
    }
    const f = persist(compute, { funcname: 'large', cache: memoryStore() })
    const [first, second, third] = [f(2), f(2), f(2)]
    expect(runs).toBe(1)
    for (const result of [first, second, third]) expect(result.all).toEqual(numbers(2))
    expect(new Set([first, second, third].map(({ all }) => all.buffer)).size).toBe(3)
    second.all.fill(0)
    expect(f(2).all).toEqual(numbers(2))
  })

  it('can be part of a stored key', () => {
    const sum = persist((all: Float64Array) => all.reduce((a, b) => a + b, 0), {
      funcname: 'sum',
      cache: memoryStore(),
      storekey: true,
    })
    expect(sum(numbers(1))).toBe(499_500)
    expect([...sum.cache.keys()]).toEqual([[numbers(1)]])
  })

  it('can be arguments that an option reads after the call', () => {
    const seen: number[] = []
    const f = persist((all: Float64Array) => all.fill(0).length, {
      funcname: 'args',
      cache: memoryStore(),
      tags: (_length, all) => {
        seen.push(all[1] as number)
        return []
      },
    })
    expect(f(numbers(3))).toBe(1000)
    expect(seen).toEqual([3])
  })
})
