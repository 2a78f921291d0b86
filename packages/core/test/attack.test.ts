import { memoryStore, type PersistEvent } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, harness, inBothModes } from './harness.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))
const runPending = async (count: number) => {
  for (let n = 0; n < count; n++) await turn()
}

inBothModes('a change after the key was made', (makeStore, mode) => {
  it('has no effect on a background refresh of a synchronous function: no key gets the result of another', async () => {
    const { persist, advance, background, waitUntil } = harness()
    const f = persist(({ page }: { page: number }) => `page ${page}`, {
      funcname: 'f',
      cache: makeStore(),
      ttl: 50,
      staleWhileRevalidate: '1d',
      waitUntil,
    })
    const q = { page: 0 }
    const read = async () => {
      const results: string[] = []
      for (q.page = 1; q.page < 4; q.page++) results.push(await f(q))
      return results
    }
    const right = ['page 1', 'page 2', 'page 3']
    expect(await read()).toEqual(right)
    advance(80)
    expect(await read()).toEqual(right)
    await background()
    advance(30)
    expect(await read()).toEqual(right)
  })

  it('has no effect on the refresh of a method whose self changed', async () => {
    const { persist, advance, background, waitUntil } = harness()
    const cache = makeStore()
    class Model {
      weight = 1
      @persist({
        funcname: 'run',
        cache,
        ttl: 50,
        staleWhileRevalidate: '1d',
        waitUntil,
        key: (self: Model, x: number) => [self.weight, x],
      })
      async run(x: number) {
        return this.weight * x
      }
    }
    const model = new Model()
    await model.run(10)
    advance(80)
    await model.run(10)
    model.weight = 2
    await background()
    model.weight = 1
    expect(await model.run(10)).toBe(10)
  })

  it('is noticed if a key option reads outside state', async () => {
    const { persist } = harness()
    let locale = 'en'
    const translate = persist(async (id: number) => locale + id, {
      funcname: 'f',
      cache: makeStore(),
      key: (id) => [id, locale],
    })
    const promise = translate(1)
    locale = 'de'
    await promise
    locale = 'en'
    expect(await translate(1)).toBe('en1')
    locale = 'de'
    expect(await translate(1)).toBe('de1')
  })

  it('has no effect on tags, ttl and shouldStore, by the caller or by the function', async () => {
    const { persist } = harness()
    const seen: number[] = []
    const f = persist(
      async (o: { id: number; deep: number[] }) => {
        o.deep.push(o.id)
        o.id += 100
        await turn()
        return 'row'
      },
      {
        funcname: 'f',
        cache: makeStore(),
        tags: (_row, { id, deep }) => [`user:${id}`, `deep:${deep.length}`],
        ttl: (_row, { id }) => (seen.push(id) > 0 ? '1h' : 0),
        shouldStore: (_row, { id }) => seen.push(id) > 0,
      },
    )
    const o = { id: 1, deep: [] }
    const promise = f(o)
    await turn()
    o.id = 2
    await promise
    // Over an asynchronous store the function has not begun yet, so the call has the new arguments.
    const id = mode === 'sync' ? 1 : 2
    expect(new Set(seen)).toEqual(new Set([id]))
    expect(await f.cache.deleteByTag(`user:${3 - id}`)).toBe(0)
    expect(await f.has({ id, deep: [] })).toBe(true)
    expect(await f.cache.deleteByTag('deep:0')).toBe(1)
    expect(await f.has({ id, deep: [] })).toBe(false)
  })

  it('keeps a result with arguments that cannot be copied from being stored under tags of others', async () => {
    class Box {
      id = 1
    }
    const { persist, report, eventNames } = harness()
    const f = persist(
      async (box: Box) => {
        box.id = 2
        return 1
      },
      { funcname: 'f', cache: makeStore(), key: (box) => box.id, tags: (_result, box) => [`box:${box.id}`], report },
    )
    await f(new Box())
    expect(eventNames()).toContain('skip arguments-changed')
    expect((await f.stats()).entries).toBe(0)
  })
})

inBothModes('a stream', (makeStore) => {
  it('that reuses its chunk object is stored chunk by chunk, by its refresh too', async () => {
    const { persist, advance, background, waitUntil } = harness()
    const f = persist(
      async function* () {
        const chunk = { n: 0 }
        for (chunk.n = 1; chunk.n < 4; chunk.n++) yield chunk
      },
      { funcname: 'f', cache: makeStore(), ttl: 50, staleWhileRevalidate: '1d', waitUntil },
    )
    const read = async () => {
      const chunks: number[] = []
      for await (const { n } of f()) chunks.push(n)
      return chunks
    }
    expect(await read()).toEqual([1, 2, 3])
    advance(80)
    expect(await read()).toEqual([1, 2, 3])
    await background()
    expect(await read()).toEqual([1, 2, 3])
  })

  it('gets its first chunk while others of the same function continue to run', async () => {
    const { persist } = harness()
    let running = 0
    const f = persist(
      async function* (_x: number) {
        running++
        for (let n = 0; n < 1_000; n++) {
          yield n
          await turn()
        }
      },
      { funcname: 'f', cache: makeStore() },
    )
    const others = [1, 2, 3, 4].map((x) => f(x))
    for (const other of others) await other.next()
    // They end one after another, as under a constant load.
    const ending = (async () => {
      for (let x = 10; x < 30; x++) {
        for await (const _chunk of f(x)) break
        await turn()
      }
    })()
    await f(5).next()
    expect(running).toBeLessThan(26)
    await ending
    for (const other of others) await other.return(undefined)
  })

  it('that calls itself with its own key ends', async () => {
    const { persist } = harness()
    let depth = 0
    const f = persist(
      async function* (x: number): AsyncGenerator<number> {
        yield x
        if (depth++ < 2) for await (const chunk of f(x)) yield chunk + 1
      },
      { funcname: 'f', cache: makeStore() },
    )
    const chunks: number[] = []
    for await (const chunk of f(1)) chunks.push(chunk)
    expect(chunks.length).toBeGreaterThan(1)
  })
})

inBothModes('a call with maxAge', (makeStore) => {
  it('never gets the result of another lookup that is older', async () => {
    const { persist, advance } = harness()
    let runs = 0
    const f = persist(async () => ++runs, { funcname: 'f', cache: makeStore() })
    await f()
    advance(10_000)
    const [any, young] = await Promise.all([f(), f.with({ maxAge: 1_000 })()])
    expect([any, young]).toEqual([1, 2])
  })
})

inBothModes('concurrent callers', (makeStore) => {
  it('never share a mutable result that was not stored', async () => {
    const { persist } = harness()
    const responses = persist(async () => new Response('hello'), { funcname: 'r', cache: makeStore(), verbosity: 0 })
    const texts = await Promise.all(
      (await Promise.all([responses(), responses(), responses()])).map((one) => one.text()),
    )
    expect(texts).toEqual(['hello', 'hello', 'hello'])
    const lists = persist(async () => [1], { funcname: 'l', cache: makeStore(), shouldStore: () => false })
    const [a, b, c] = await Promise.all([lists(), lists(), lists()])
    a.push(2)
    expect([a, b, c]).toEqual([[1, 2], [1], [1]])
    const functions = persist(async () => () => 1, { funcname: 'f', cache: makeStore(), verbosity: 0 })
    const [g, h] = await Promise.all([functions(), functions()])
    expect(g).not.toBe(h)
  })
})

inBothModes('a lease', (makeStore) => {
  it.each<[string, object, () => unknown]>([
    ['the value cannot be stored and errors are thrown', { onStoreError: 'throw' as const }, () => () => 1],
    [
      'shouldStore throws',
      {
        onStoreError: 'throw' as const,
        shouldStore: (): never => {
          throw new Error('no')
        },
      },
      () => 1,
    ],
    [
      'tags throw',
      {
        onStoreError: 'throw' as const,
        tags: (): never => {
          throw new Error('no')
        },
      },
      () => 1,
    ],
    [
      'the function throws',
      {},
      (): never => {
        throw new Error('no')
      },
    ],
  ])('is given back when %s', async (_when, options, fn) => {
    const { persist } = harness()
    const cache = makeStore()
    const f = persist(async (x: number) => (fn as () => unknown)() ?? x, {
      funcname: 'f',
      cache,
      hash: () => 'one',
      verbosity: 0,
      ...options,
    })
    await Promise.resolve(f(1)).catch(() => {})
    expect(await asOtherProcess(cache).open('f').lease!('one', 1_000)).toBeDefined()
  })

  it('is released if the arguments become invalid as a key during a store call', async () => {
    const { persist } = harness()
    const cache = makeStore()
    const f = persist(async (o: object) => o, { funcname: 'f', cache })
    const o: Record<string, unknown> = { a: 1 }
    const promise = f(o).catch((error: { code?: string }) => error.code)
    o.a = () => {}
    await promise
    o.a = 1
    expect(await Promise.race([f({ a: 1 }), runPending(1_000).then(() => 'hangs')])).toEqual({ a: 1 })
  })
})

describe("a user's hash", () => {
  it('whose entry is of another version or expired is replaced, and not an error forever', async () => {
    const { persist, advance } = harness()
    const cache = memoryStore()
    const options = { funcname: 'f', cache, hash: () => 'same' }
    persist((x: number) => x, { ...options, version: '1' })(1)
    const second = persist((x: number) => x, { ...options, cache: asOtherProcess(cache), version: '2', ttl: 50 })
    expect(second(2)).toBe(2)
    advance(100)
    expect(second(3)).toBe(3)
    expect(() => second(4)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_HASH_COLLISION' }))
  })
})

describe('listings and size', () => {
  it('of a store that fails are reported and empty', async () => {
    const events: PersistEvent[] = []
    const { persist } = harness()
    const broken = delayed(memoryStore())
    const cache = {
      ...broken,
      open: (namespace: string) => {
        const store = broken.open(namespace)
        return new Proxy(store, {
          get: (inner, name) => {
            if (name === 'heads' || name === 'entries') {
              return async function* () {
                yield* []
                throw new Error('raw')
              }
            }
            const method = Reflect.get(inner, name)
            return typeof method === 'function' ? method.bind(inner) : method
          },
        })
      },
    }
    const f = persist(async (x: number) => x, {
      funcname: 'f',
      cache,
      ttl: '1h',
      storekey: true,
      report: (event) => events.push(event),
    })
    expect(await f.cache.size()).toBe(0)
    for await (const _pair of f.cache) throw new Error('there is none')
    expect(events.filter(({ name }) => name === 'problem')).toHaveLength(2)
  })
})
