import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { expect, it } from 'vitest'
import { boundedCache as boundedInProcess } from '../src/state/bounded-cache.ts'
import { boundedCache } from '../src/state/bounded-cache.web.ts'

const KEY = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const STEP = fc.oneof(
  fc.record({ act: fc.constant('set' as const), key: KEY, bytes: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ act: fc.constantFrom('get' as const, 'delete' as const), key: KEY }),
  fc.record({ act: fc.constant('clear' as const) }),
)

it('the cache of pages keeps what lru-cache keeps', () => {
  fc.assert(
    fc.property(
      fc.array(STEP, { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 30 }),
      (steps, maxEntries, maxBytes) => {
        const page = boundedCache<{ bytes: number }>({ maxEntries, maxBytes, bytesOf: ({ bytes }) => bytes })
        const model = new LRUCache<string, { bytes: number }>({
          max: maxEntries,
          maxSize: maxBytes,
          sizeCalculation: ({ bytes }) => bytes,
        })
        for (const step of steps) {
          if (step.act === 'set') for (const cache of [page, model]) cache.set(step.key, { bytes: step.bytes })
          else if (step.act === 'clear') for (const cache of [page, model]) cache.clear()
          else if (step.act === 'delete') for (const cache of [page, model]) cache.delete(step.key)
          else expect(page.get(step.key)).toEqual(model.get(step.key))
        }
        for (const key of ['a', 'b', 'c', 'd', 'e']) expect(page.get(key), key).toEqual(model.get(key))
      },
    ),
  )
})

it.each([100_001, 2 ** 30, Number.MAX_SAFE_INTEGER])(
  'a bound of %d entries takes no memory by itself',
  (maxEntries) => {
    const cache = boundedInProcess<{ bytes: number }>({ maxEntries, maxBytes: 10, bytesOf: ({ bytes }) => bytes })
    for (const key of ['a', 'b', 'c']) cache.set(key, { bytes: 4 })
    expect(['a', 'b', 'c'].map((key) => cache.get(key)?.bytes)).toEqual([undefined, 4, 4])
    cache.delete('b')
    cache.clear()
    expect(cache.get('c')).toBeUndefined()
  },
)

it('a bound of many entries holds', () => {
  const maxEntries = 100_001
  const cache = boundedInProcess<object>({ maxEntries, maxBytes: 1_000_000, bytesOf: () => 1 })
  for (let number = 0; number <= maxEntries; number++) cache.set(String(number), {})
  expect([cache.get('0'), cache.get('1'), cache.get(String(maxEntries))]).toEqual([undefined, {}, {}])
})
