import { memoryStore } from '@persist/core'
import { expect, it } from 'vitest'
import { harness } from './harness.ts'

// One test a file: once the code that ends failed runs is compiled, it needs less of the stack.
it('a recursion that overflows the stack leaves no call that is computed each time or waits for a lease', () => {
  const waits: number[] = []
  let now = 0
  const sleepSync = (ms: number) => {
    waits.push(ms)
    now += ms
  }
  const { persist } = harness({ sleepSync, monotonic: () => now })
  let deepest = 0
  let isEndless = true
  let runs = 0
  const f = persist(
    (n: number): number => {
      runs++
      deepest = Math.max(deepest, n)
      return isEndless ? f(n + 1) : n
    },
    { funcname: 'f', cache: memoryStore(), waitTimeout: 1_000 },
  )
  expect(() => f(0)).toThrow(RangeError)
  isEndless = false
  const keys = Array.from({ length: 300 }, (_, index) => deepest + 10 - index)
  runs = 0
  for (const key of [...keys, ...keys]) expect(f(key)).toBe(key)
  expect({ runs, waits }).toEqual({ runs: keys.length, waits: [] })
})
