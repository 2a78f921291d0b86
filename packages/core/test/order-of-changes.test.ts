import { memoryStore, type Options, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { chunksOf, gate, harness, runPending, withMethods, withoutLeases } from './harness.ts'

// A store may apply the commands of one process in any order. This one applies each later command earlier.

function reordering(): StoreAdapter<'async'> {
  let turns = 60
  return delayed(memoryStore(), () => {
    turns -= 6
    return runPending(Math.max(1, turns))
  })
}

const STORES: [string, () => StoreAdapter][] = [
  ['with leases', reordering],
  ['without leases', () => withoutLeases(reordering())],
]

describe.each(STORES)('changes that no code waits for, over a store %s that reorders commands', (_, makeStore) => {
  const make = () => {
    const { persist, report } = harness()
    const cache = makeStore()
    const options: Options = { funcname: 'f', cache, report, tags: () => ['tag'] }
    let runs = 0
    const count = async (_: number) => `run ${++runs}`
    return { f: persist(count, options), other: persist(count, options) }
  }

  it.each(['put', 'forget', 'clear', 'deleteByTag'] as const)('%s after put has the last word', async (later) => {
    const { f } = make()
    const change = {
      put: () => f.put('later', 1),
      forget: () => f.forget(1),
      clear: () => f.clear(),
      deleteByTag: () => f.cache.deleteByTag('tag'),
    }
    await Promise.all([f.put('earlier', 1), change[later]()])
    expect(await f.peek(1)).toBe(later === 'put' ? 'later' : undefined)
  })

  it.each(['forget', 'clear', 'deleteByTag'] as const)('put after %s has the last word', async (earlier) => {
    const { f } = make()
    await f.put('before', 1)
    const change = {
      forget: () => f.forget(1),
      clear: () => f.clear(),
      deleteByTag: () => f.cache.deleteByTag('tag'),
    }
    await Promise.all([change[earlier](), f.put('later', 1)])
    expect(await f.peek(1)).toBe('later')
  })

  it('the last of many changes counts, also through another wrapping of the function', async () => {
    const { f, other } = make()
    const changes = Array.from({ length: 20 }, (_, index) => {
      const one = index % 2 === 0 ? f : other
      return index % 5 === 3 ? one.forget(1) : one.put(`put ${index}`, 1)
    })
    await Promise.all(changes)
    expect(await f.peek(1)).toBe('put 19')
  })

  it('a call, a lookup and a list see the changes that were made before them', async () => {
    const { f } = make()
    f.put('put', 1)
    const [called, peeked, listed] = await Promise.all([f(1), f.peek(1), f.many([[1]])])
    expect([called, peeked, listed]).toEqual(['put', 'put', ['put']])
    f.forget(1)
    expect(await f(1)).toBe('run 1')
  })

  it.each(['clear', 'deleteByTag'] as const)(
    'a call, a lookup and a list see a %s that was made before',
    async (what) => {
      const { f, other } = make()
      await f.put('before', 1)
      await f.put('before', 2)
      await f.put('before', 3)
      const changed = what === 'clear' ? other.clear() : other.cache.deleteByTag('tag')
      const seen = await Promise.all([f.peek(1), f(2), f.many([[3]])])
      expect([seen[0], seen.flat().includes('before')]).toEqual([undefined, false])
      expect(await changed).toBe(3)
    },
  )

  it('a refresh after a put has the last word', async () => {
    const { f } = make()
    f.put('put', 1)
    expect(await f.refresh(1)).toBe('run 1')
    expect(await f.peek(1)).toBe('run 1')
  })

  it('a put in the function, and one in a listener of events, wait for nothing that waits for them', async () => {
    const { persist } = harness()
    const cache = makeStore()
    let puts = 0
    const f = persist(
      async (x: number) => {
        await f.put('inner', x)
        return 'outer'
      },
      {
        funcname: 'f',
        cache,
        report: ({ name }) => {
          if (name === 'write' && puts++ === 0) void f.put('by the listener', 1)
        },
      },
    )
    expect(await f(1)).toBe('outer')
    expect(await f.peek(1)).toBe('by the listener')
  })
})

describe('a change that its store never applies', () => {
  it.each([
    ['1s', 60_000],
    ['2m', 120_000],
  ])(
    'with waitTimeout %s, holds up later changes and calls of its entry for %i ms, and others not at all',
    async (waitTimeout, ms) => {
      const never = gate()
      const inner = delayed(memoryStore())
      const store = inner.open('f')
      let isHung = true
      const set = async (entry: never) => {
        if (isHung) await never.passed
        return store.set(entry)
      }
      const timers: (() => void)[] = []
      const later = (delay: number, act: () => void) => {
        if (delay === ms) timers.push(act)
        return () => {}
      }
      const { persist } = harness({ later })
      const f = persist(async (x: number) => x, { funcname: 'f', cache: withMethods(inner, { set }), waitTimeout })
      void f.put(10, 1)
      await runPending()
      isHung = false
      await f.put(20, 2)
      expect(await f.peek(2)).toBe(20)
      let isOver = false
      const changed = Promise.resolve(f.put(11, 1)).then(() => {
        isOver = true
      })
      await runPending()
      expect(isOver).toBe(false)
      const called = f(1)
      await runPending()
      for (const act of timers.splice(0)) act()
      await changed
      expect([await called, await f.peek(1)]).toEqual([11, 11])
    },
  )
})

describe('a call that waits for an earlier change', () => {
  it.each(['clear', 'forget'] as const)('leaves nothing in memory that a later %s deletes', async (what) => {
    const tagged = gate()
    const deleted = gate()
    const inner = delayed(memoryStore())
    const store = inner.open('f')
    const cache = withMethods(inner, {
      deleteByTag: (tag: string) => tagged.passed.then(() => store.deleteByTag!(tag)),
      clear: () => deleted.passed.then(() => store.clear()),
      delete: (hash: string) => deleted.passed.then(() => store.delete(hash)),
    })
    const { persist } = harness()
    let runs = 0
    const f = persist(async (_: number) => `run ${++runs}`, { funcname: 'f', cache, memory: true, tags: () => ['tag'] })
    await f.put('old', 1)
    f.cache.deleteByTag('other')
    const earlier = f(1)
    await runPending()
    if (what === 'clear') f.clear()
    else f.forget(1)
    tagged.open()
    expect(await earlier).toBe('old')
    const later = f(1)
    deleted.open()
    expect(await later).toBe('run 1')
  })
})

describe('a stream', () => {
  it('leaves nothing in memory that a deletion has deleted before the store replied to the write', async () => {
    const [looked, deleted, replied] = [gate(), gate(), gate()]
    const inner = delayed(memoryStore())
    const store = inner.open('f')
    const cache = withMethods(inner, {
      get: (hash: string) => looked.passed.then(() => store.get(hash)),
      set: (entry: never) => Promise.resolve(store.set(entry)).then(() => replied.passed),
      deleteByTag: (tag: string) => deleted.passed.then(() => store.deleteByTag!(tag)),
    })
    let runs = 0
    async function* count(_: number) {
      yield `run ${++runs}`
    }
    const { persist } = harness()
    const f = persist(count, { funcname: 'f', cache, memory: true, singleFlight: false, tags: () => ['tag'] })
    const first = chunksOf(f(1))
    await runPending()
    const deletion = f.cache.deleteByTag('tag')
    looked.open()
    await runPending()
    deleted.open()
    expect([runs, await deletion]).toEqual([1, 1])
    replied.open()
    expect(await first).toEqual(['run 1'])
    expect(await chunksOf(f(1))).toEqual(['run 2'])
  })

  it('replays what was put before it began', async () => {
    const { persist } = harness()
    async function* count(_: number) {
      yield 'run'
    }
    const f = persist(count, { funcname: 'f', cache: reordering() })
    f.put(['put'], 1)
    expect(await chunksOf(f(1))).toEqual(['put'])
  })
})
