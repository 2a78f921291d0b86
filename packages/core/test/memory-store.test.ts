import type { Entry } from '@persist/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../src/stores/memory-store.ts'

// packages/store/test/conformance.test.ts tests the contract.

const plain = (hash: string, payload: string | Uint8Array = hash): Entry => ({ hash, payload, createdAt: 1 })
const hashesOf = (listing: Iterable<{ hash: string }>) => [...listing].map(({ hash }) => hash)

test('stores with one name share their entries, stores without a name are private', () => {
  memoryStore('shared').open('f').set(plain('a'))
  expect(memoryStore('shared').open('f').get('a')).toEqual(plain('a'))
  expect(memoryStore('shared').name).toBe(memoryStore('shared').name)
  memoryStore().open('f').set(plain('a'))
  expect(memoryStore().open('f').get('a')).toBeUndefined()
  expect(memoryStore().name).not.toBe(memoryStore().name)
})

test('a name never hits a property of Object.prototype', () => {
  for (const name of ['__proto__', 'constructor', '']) {
    memoryStore(name).open('__proto__').set(plain('toString', name))
    expect(memoryStore(name).open('__proto__').get('toString')?.payload).toBe(name)
    expect(memoryStore(name).open('constructor').get('toString')).toBeUndefined()
  }
})

test('a lease expires by the injected clock, to the millisecond', () => {
  let now = 1000
  const store = memoryStore(undefined, { monotonic: () => now }).open('f')
  const first = store.lease!('a', 30)!
  now += 29
  expect(store.lease!('a', 30)).toBeUndefined()
  expect(first.renew(30)).toBe(true)
  now += 29
  expect(store.lease!('a', 30)).toBeUndefined()
  now += 1
  const second = store.lease!('a', 30)!
  expect(second).toBeDefined()
  expect(first.renew(30)).toBe(false)
  expect(first.publish(plain('a', 'late'))).toBe(false)
  expect(second.publish(plain('a', 'newer'))).toBe(true)
  expect(store.get('a')?.payload).toBe('newer')
})

test('an expired lease that no other call took still publishes, so that its result is not lost', () => {
  let now = 0
  const store = memoryStore(undefined, { monotonic: () => now }).open('f')
  const lease = store.lease!('a', 30)!
  now = 1000
  expect(lease.publish(plain('a'))).toBe(true)
  expect(store.get('a')).toEqual(plain('a'))
})

test('above maxEntries the least recently used entries go first', () => {
  const store = memoryStore().open('f', { bounds: { maxEntries: 3 } })
  for (const hash of ['a', 'b', 'c']) store.set(plain(hash))
  store.get('a')
  store.set(plain('d'))
  expect(hashesOf(store.heads())).toEqual(['c', 'a', 'd'])
  store.getMany!(['c'])
  store.set(plain('e'))
  expect(hashesOf(store.heads())).toEqual(['d', 'c', 'e'])
})

test('above maxBytes the least recently used entries go first, strings counted in UTF-8', () => {
  const store = memoryStore().open('f', { bounds: { maxBytes: 10 } })
  store.set(plain('a', 'ääää'))
  expect(store.stats()).toEqual({ entries: 1, bytes: 8 })
  store.set(plain('b', new Uint8Array(2)))
  expect(store.stats()).toEqual({ entries: 2, bytes: 10 })
  store.set(plain('c', 'x'))
  expect(hashesOf(store.heads())).toEqual(['b', 'c'])
})

test('a published entry counts against the bounds', () => {
  const store = memoryStore().open('f', { bounds: { maxEntries: 1 } })
  store.set(plain('a'))
  store.lease!('b', 1000)!.publish(plain('b'))
  expect(hashesOf(store.heads())).toEqual(['b'])
})

test('after any sets, replacements and deletions, stats are the sums over the entries', () => {
  const method = fc.oneof(
    fc.record({
      method: fc.constant('set' as const),
      hash: fc.constantFrom('a', 'b', 'c'),
      payload: fc.string({ unit: 'grapheme' }),
    }),
    fc.record({ method: fc.constant('delete' as const), hash: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ method: fc.constant('prune' as const), hash: fc.constant('') }),
  )
  fc.assert(
    fc.property(fc.array(method), (steps) => {
      const store = memoryStore().open('f')
      const model = new Map<string, string>()
      for (const step of steps) {
        if (step.method === 'set') {
          store.set(plain(step.hash, step.payload))
          model.set(step.hash, step.payload)
        } else if (step.method === 'delete') expect(store.delete(step.hash)).toBe(model.delete(step.hash))
        else expect(store.prune(Date.now())).toBe(0)
      }
      const bytes = [...model.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
      expect(store.stats()).toEqual({ entries: model.size, bytes })
      expect(new Map([...store.entries()].map(({ hash, payload }) => [hash, payload]))).toEqual(model)
    }),
  )
})
