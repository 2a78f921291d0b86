import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { expect, it } from 'vitest'
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
