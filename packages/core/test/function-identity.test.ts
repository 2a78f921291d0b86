import { memoryStore, persisted } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, harness, inBothModes } from './harness.ts'

/** Makes functions with one name and different sources, as a bundler or another script would. */
const named = (name: string, body: string) =>
  new Function(`return function ${name}(x) { ${body} }`)() as (x: number) => unknown

inBothModes('a function without funcname', (makeStore) => {
  it('is identified by its name and source: an entry of another source is a miss, reported once, and replaced', async () => {
    const cache = makeStore()
    const first = harness().persist(named('load', "return 'user ' + x"), { cache })
    expect([await first(1), await first(2)]).toEqual(['user 1', 'user 2'])
    const { persist, report, eventNames } = harness()
    const other = asOtherProcess(cache)
    const second = persist(named('load', "return 'post ' + x"), { cache: other, report })
    expect([await second(1), await second(2), await second(1)]).toEqual(['post 1', 'post 2', 'post 1'])
    expect(eventNames().filter((event) => /miss|hit|source/.test(event))).toEqual([
      'source',
      'miss source',
      'miss source',
      'hit store',
    ])
  })

  it('never gets entries of another source from any method, nor lists them', async () => {
    const cache = makeStore()
    await harness().persist(named('load', 'return 1'), { cache, storekey: true })(1)
    const f = harness().persist(named('load', 'return 2'), { cache: asOtherProcess(cache), storekey: true })
    expect(await f.has(1)).toBe(false)
    expect(await f.peek(1)).toBe(undefined)
    expect((await f.lookup(1)).hit).toBe(false)
    expect(await f.many([[1]])).toEqual([2])
    expect(await (typeof f.cache.size === 'function' ? (f.cache.size as () => Promise<number>)() : f.cache.size)).toBe(
      1,
    )
  })

  it('gets its results again in the next process if its source is the same', async () => {
    const cache = makeStore()
    const { persist, report, eventNames } = harness()
    await harness().persist(named('load', 'return x'), { cache })(1)
    await persist(named('load', 'return x'), { cache: asOtherProcess(cache), report })(1)
    expect(eventNames()).toEqual(['hit store'])
  })

  it('also holds for a decorated method and with a version', async () => {
    const cache = makeStore()
    const first = harness().persist
    class Older {
      @first({ cache: asOtherProcess(cache), key: (_self: Older, x: number) => x, version: '1' })
      async load(x: number) {
        return `a${x}`
      }
    }
    expect(await new Older().load(1)).toBe('a1')
    const { report, eventNames, persist } = harness()
    class Model {
      @persist({ cache: asOtherProcess(cache), key: (_self: Model, x: number) => x, version: '1', report })
      async load(x: number) {
        return `c${x}`
      }
    }
    expect(await new Model().load(1)).toBe('c1')
    expect(eventNames()).toContain('miss source')
  })

  it('needs a funcname if it is bound, since its source does not identify it', () => {
    const { persist } = harness()
    const load = named('load', 'return x').bind(undefined)
    expect(() => persist(load, { cache: memoryStore() })).toThrow(expect.objectContaining({ option: 'funcname' }))
    expect(() => persist(load, { cache: memoryStore(), funcname: 'load' })).not.toThrow()
  })

  it('is rejected without a name, with the hint that minifiers remove names', () => {
    expect(() =>
      harness().persist(
        (
          () => () =>
            1
        )(),
        { cache: memoryStore() },
      ),
    ).toThrow(/minifier/)
  })
})

describe('a function with funcname', () => {
  it('gets entries of an older source, and reports that once at verbosity 1, with both dates and both solutions', async () => {
    const lines: string[] = []
    const cache = memoryStore()
    const early = harness({ now: () => Date.UTC(2026, 10, 25, 13, 28) })
    early.persist(named('f', 'return 1'), { funcname: 'f', cache })(1)
    const late = harness({ now: () => Date.UTC(2026, 10, 26, 9), stderr: (line) => lines.push(line) })
    const f = late.persist(named('f', 'return 2'), { funcname: 'f', cache: asOtherProcess(cache) })
    expect([f(1), f(1)]).toEqual([1, 1])
    expect(lines).toHaveLength(1)
    for (const part of ['2026-11-25T13:28', '2026-11-26T09:00', 'version', 'dependsOn'])
      expect(lines[0]).toContain(part)
  })

  it('reports no edit if a version or dependsOn is given', async () => {
    const lines: string[] = []
    const cache = memoryStore()
    harness().persist(named('f', 'return 1'), { funcname: 'f', cache, version: '1' })(1)
    const { persist } = harness({ stderr: (line) => lines.push(line) })
    const f = persist(named('f', 'return 2'), { funcname: 'f', cache: asOtherProcess(cache), version: '1' })
    expect(f(1)).toBe(1)
    expect(lines).toEqual([])
  })
})

describe('dependsOn', () => {
  const missesOf = (cache: ReturnType<typeof memoryStore>, dependsOn: readonly ((x: number) => unknown)[]) => {
    const { persist } = harness()
    const f = persist(named('f', 'return x'), {
      funcname: 'f',
      cache: asOtherProcess(cache),
      dependsOn,
    })
    f(1)
    return f.counters.misses
  }
  const helper = (body: string, options: object = {}) =>
    harness().persist(named('helper', body), { funcname: 'helper', cache: memoryStore(), ...options }) as unknown as (
      x: number,
    ) => unknown

  it('covers a persisted function by its source, its version, and its own dependsOn', () => {
    const cache = memoryStore()
    const steps: [string, object, number][] = [
      ['return x', {}, 1],
      ['return x', {}, 0],
      ['return x + 1', {}, 1],
      ['return x + 1', { version: '2' }, 1],
      ['return x + 1', { version: '2' }, 0],
      ['return x + 1', { dependsOn: [named('deep', 'return 1')] }, 1],
      ['return x + 1', { dependsOn: [named('deep', 'return 2')] }, 1],
      ['return x + 1', { dependsOn: [named('deep', 'return 2')] }, 0],
      ['return x + 1', { dependsOn: [helper('return 3')] }, 1],
      ['return x + 1', { dependsOn: [helper('return 4')] }, 1],
    ]
    expect(steps.map(([body, options]) => missesOf(cache, [helper(body, options)]))).toEqual(
      steps.map(([, , misses]) => misses),
    )
  })

  it('covers a decorated method that is given through persisted()', () => {
    const cache = memoryStore()
    const method = (body: string) => {
      const { persist } = harness()
      class Model {
        run = 1
      }
      const wrapped = persist({ funcname: 'run', cache: memoryStore(), key: (_self: Model, x: number) => x })(
        named('run', body),
        { kind: 'method', name: 'run', static: false, addInitializer() {} } as unknown as ClassMethodDecoratorContext,
      )
      return persisted(wrapped) as unknown as (x: number) => unknown
    }
    expect([
      missesOf(cache, [method('return 1')]),
      missesOf(cache, [method('return 1')]),
      missesOf(cache, [method('return 2')]),
    ]).toEqual([1, 0, 1])
  })

  it('rejects functions without source: bound and native ones, also as the function itself', () => {
    const { persist } = harness()
    const bound = named('g', 'return 1').bind(undefined)
    for (const dependsOn of [[bound], [Math.max], [encodeURIComponent]]) {
      expect(() => persist(named('f', 'return 1'), { cache: memoryStore(), dependsOn })).toThrow(
        expect.objectContaining({ code: 'ERR_PERSIST_OPTION', option: 'dependsOn' }),
      )
    }
    expect(() => persist(bound, { funcname: 'f', cache: memoryStore(), dependsOn: [] })).toThrow(/dependsOn/)
  })
})
