import { memoryStore, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { chunksOf, gate, harness, runPending, withMethods } from './harness.ts'

// A store reads or fails at once, but its reply comes after a later change has ended. Memory is trusted for an hour.

/** The changes that end what was stored under 1, for a function `f` with the tag `t`. */
const CHANGES: [string, (f: Changeable) => unknown][] = [
  ['forget', (f) => f.forget(1)],
  ['clear', (f) => f.clear()],
  ['deleteByTag', (f) => f.cache.deleteByTag('t')],
  ['refresh', (f) => f.refresh(1)],
]

interface Changeable {
  forget(x: number): unknown
  put(value: never, x: number): unknown
  clear(): unknown
  refresh(x: number): PromiseLike<unknown>
  readonly cache: { deleteByTag(tag: string): unknown }
}

/** A store whose method `method` replies when the gate opens. */
function late(inner: StoreAdapter, method: 'get' | 'getMany') {
  const { open, passed } = gate()
  const read = inner.open('f') as unknown as Record<string, (what: unknown) => unknown>
  const reply = async (what: unknown) => {
    const found = await read[method]!(what)
    await passed
    return found
  }
  return { open, cache: withMethods(inner, { [method]: reply }) }
}

const OPTIONS = { funcname: 'f', tags: () => ['t'] }

describe('a reply that comes after a change is served, but not held in memory', () => {
  it.each(CHANGES)('by many: %s', async (_what, change) => {
    const store = delayed(memoryStore())
    const { open, cache } = late(store, 'getMany')
    const { persist } = harness()
    let runs = 0
    const count = async (_x: number) => ++runs
    await persist(count, { ...OPTIONS, cache: store })(1)
    const f = persist(count, { ...OPTIONS, cache, memory: { maxAge: '1h' } })
    const results = f.many([[1]])
    await runPending()
    await change(f)
    open()
    expect([await results, await f(1)]).toEqual([[1], 2])
  })

  it.each(CHANGES)('by a stream: %s', async (_what, change) => {
    const store = delayed(memoryStore())
    const { open, cache } = late(store, 'get')
    const { persist } = harness()
    let runs = 0
    async function* count(_x: number) {
      yield ++runs
    }
    await chunksOf(persist(count, { ...OPTIONS, cache: store })(1))
    const f = persist(count, { ...OPTIONS, cache, memory: { maxAge: '1h' } })
    const results = chunksOf(f(1))
    await runPending()
    await change(f)
    open()
    expect([await results, await chunksOf(f(1))]).toEqual([[1], [2]])
  })

  it('by a call that began while another wrapping of the function refreshed', async () => {
    const store = delayed(memoryStore())
    const { open, cache } = late(store, 'get')
    const { persist } = harness()
    const computing = gate()
    let runs = 0
    const count = async (_x: number) => {
      if (++runs === 2) await computing.passed
      return runs
    }
    const other = persist(count, { ...OPTIONS, cache: store })
    await other(1)
    const f = persist(count, { ...OPTIONS, cache: { ...cache, name: store.name }, memory: { maxAge: '1h' } })
    const refreshed = other.refresh(1)
    await runPending()
    const result = f(1)
    await runPending()
    computing.open()
    await refreshed
    open()
    expect([await result, await f(1)]).toEqual([1, 2])
  })
})

describe('a put that the store refuses after a later change', () => {
  it.each<[string, (f: { forget(x: number): unknown; put(value: string, x: number): unknown }) => unknown, string]>([
    ['forget', (f) => f.forget(1), 'computed'],
    ['put', (f) => f.put('later', 1), 'later'],
  ])('is not served from memory: %s', async (_what, change, expected) => {
    const store = delayed(memoryStore())
    const { open, passed } = gate()
    const inner = store.open('f')
    const set = async (entry: Parameters<typeof inner.set>[0]) => {
      if (!String(entry.payload).includes('refused')) return inner.set(entry)
      await passed
      throw new Error('disk full')
    }
    const { persist } = harness()
    const f = persist(async (_x: number) => 'computed', {
      funcname: 'f',
      cache: withMethods(store, { set }) as typeof store,
      memory: { maxAge: '1h' },
    })
    const refused = f.put('refused', 1)
    await runPending()
    const changed = change(f)
    open()
    await refused
    await changed
    expect(await f(1)).toBe(expected)
  })
})

describe('a call waits for the changes that were made before it, but for no refresh; no later call joins it', () => {
  const PUT: (typeof CHANGES)[number] = ['put', (f) => f.put(2 as never, 1)]
  it.each([...CHANGES, PUT])('%s', async (what, change) => {
    const stored = memoryStore()
    const store = delayed(stored)
    const { open, passed } = gate()
    const get = async (hash: string) => {
      const found = stored.open('f').get(hash)
      await passed
      return found
    }
    const { persist } = harness()
    let runs = 0
    const count = async (_x: number) => ++runs
    const other = persist(count, { ...OPTIONS, cache: store })
    await other(1)
    const f = persist(count, { ...OPTIONS, cache: withMethods(store, { get }) })
    const changing = change(other)
    const during = f(1)
    await changing
    const after = f(1)
    open()
    expect([await during, await after]).toEqual([what === 'refresh' ? 1 : 2, 2])
  })
})

describe('a call with maxAge', () => {
  it('does not wait for a result that is older, while the store writes it', async () => {
    const { persist, advance } = harness()
    const written = gate()
    const inner = delayed(memoryStore())
    const store = inner.open('f')
    const cache = withMethods(inner, { set: (entry: never) => written.passed.then(() => store.set(entry)) })
    let runs = 0
    const f = persist(async () => ++runs, { funcname: 'f', cache, singleFlight: 'process' })
    const first = f()
    await runPending()
    advance(10_000)
    const second = f.with({ maxAge: '20s' })()
    const third = f.with({ maxAge: '1s' })()
    written.open()
    expect(await Promise.all([first, second, third])).toEqual([1, 1, 2])
  })
})
