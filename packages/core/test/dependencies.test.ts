import { type Dependency, memoryStore, type StoreAdapter } from '@persist/core'
import type { Entry } from '@persist/store'
import { delayed } from '@persist/store/conformance'
import { readDependencyRecord } from '@persist/store/kit'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, harness, runPending, withMethods } from './harness.ts'

const table = (digest: string, reads: { count: number } = { count: 0 }): Dependency => ({
  name: 'table',
  read: () => {
    reads.count++
    return { digest, parts: [{ name: 'rows', digest }] }
  },
})
const persistent = (adapter: StoreAdapter): StoreAdapter => ({
  ...adapter,
  supports: { ...adapter.supports, persistent: true },
})
function square(x: number) {
  return x * x
}

describe('a dependency', () => {
  const run = (cache: StoreAdapter, dependsOn: readonly (Dependency | typeof square)[], options: object = {}) => {
    const { persist } = harness()
    const f = persist((x: number) => x, { funcname: 'f', cache: asOtherProcess(cache), dependsOn, ...options })
    return { f, misses: () => [f(1), f.counters.misses][1] }
  }

  it('makes results misses when its digest or its name changes, and only then', () => {
    const cache = memoryStore()
    const misses = (...dependsOn: (Dependency | typeof square)[]) => run(cache, dependsOn).misses()
    expect(misses(table('1'))).toBe(1)
    expect(misses(table('1'))).toBe(0)
    expect(misses(table('2'))).toBe(1)
    expect(misses({ ...table('2'), name: 'other' })).toBe(1)
    expect(misses({ ...table('2'), name: 'other' }, square)).toBe(1)
    expect(misses({ ...table('2'), name: 'other' }, square)).toBe(0)
  })

  it('is read once, when the function is wrapped', () => {
    const reads = { count: 0 }
    const { f } = run(memoryStore(), [table('1', reads)])
    expect(reads.count).toBe(1)
    f(1)
    f(1)
    f.dependencies()
    expect(reads.count).toBe(1)
  })

  it('of a persisted function counts for the functions that depend on it', () => {
    const cache = memoryStore()
    const misses = (digest: string) => {
      const inner = harness().persist(square, {
        funcname: 'inner',
        cache: memoryStore(),
        dependsOn: [table(digest)],
      })
      return run(cache, [inner]).misses()
    }
    expect([misses('1'), misses('1'), misses('2')]).toEqual([1, 0, 1])
  })

  it('shows its parts in f.dependencies(), after the function and those of the list', () => {
    const { f } = run(memoryStore(), [square, table('7')])
    expect(f.dependencies().map(({ name }) => name)).toEqual(['f', 'square', 'rows'])
    expect(f.dependencies().at(-1)).toEqual({ name: 'rows', digest: '7' })
    expect(harness().persist(square, { cache: memoryStore() }).dependencies()).toEqual([])
  })

  it.each<[string, unknown]>([
    ['a promise', Promise.resolve({ digest: '1', parts: [] })],
    ['nothing', undefined],
    ['no digest', { parts: [] }],
    ['an empty digest', { digest: '', parts: [] }],
    ['no parts', { digest: '1' }],
    ['a part without a digest', { digest: '1', parts: [{ name: 'x' }] }],
  ])('that reads %s is an OptionError', (_, state) => {
    expect(() => run(memoryStore(), [{ name: 'broken', read: () => state } as never])).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_OPTION', message: expect.stringContaining('broken') }),
    )
  })

  it.each<[string, unknown, RegExp]>([
    ['that is in no array', table('1'), /not an object: put it into an array$/],
    ['in the form of a path', [square, './step.ts'], /its item 1 is "\.\/step\.ts"; a module is code\(import\.meta\)/],
    ['in the form of import.meta', [import.meta], /its item 0 is an object; a module is code\(import\.meta\)/],
    ['in the form of a number', [1], /its item 0 is 1$/],
  ])('%s is an OptionError that says how to write it', (_, dependsOn, message) => {
    expect(() => run(memoryStore(), dependsOn as never)).toThrow(
      expect.objectContaining({ option: 'dependsOn', message: expect.stringMatching(message) }),
    )
  })

  it('that throws passes its own error to the caller of persist', () => {
    const error = new Error('no table')
    const read = () => {
      throw error
    }
    expect(() => run(memoryStore(), [{ name: 'table', read }])).toThrow(error)
  })
})

describe('versions', () => {
  const versioned = (cache: StoreAdapter, version: string, options: object = {}) =>
    harness().persist((x: number) => `${x} of ${version}`, {
      funcname: 'f',
      cache: asOtherProcess(cache),
      version,
      ...options,
    })

  it("'beside' keeps the results of each version, and 'replace' only those of the newest", () => {
    const misses = (versions: 'replace' | 'beside') => {
      const cache = memoryStore()
      return ['1', '2', '1', '2'].map((version) => {
        const f = versioned(cache, version, { versions })
        expect(f(1)).toBe(`1 of ${version}`)
        return f.counters.misses
      })
    }
    expect(misses('beside')).toEqual([1, 1, 0, 0])
    expect(misses('replace')).toEqual([1, 1, 1, 1])
  })

  it("'beside': a function sees, counts and forgets results of its own version; clear deletes those of all", () => {
    const cache = memoryStore()
    const [one, two] = ['1', '2'].map((version) =>
      versioned(cache, version, { versions: 'beside', storekey: true }),
    ) as [ReturnType<typeof versioned>, ReturnType<typeof versioned>]
    one(1)
    two(1)
    expect([...(one.cache as unknown as Map<unknown, unknown>).entries()]).toEqual([[[1], '1 of 1']])
    expect(one.cache.size).toBe(1)
    expect(one.forget(1)).toBe(true)
    expect([one.has(1), two.has(1)]).toEqual([false, true])
    one(1)
    expect(two.clear()).toBe(2)
    expect(one.has(1)).toBe(false)
  })

  it("'beside' works with a hash of one's own and its inverse", () => {
    const cache = memoryStore()
    const f = versioned(cache, '1', {
      versions: 'beside',
      hash: ([x]: [number]) => `x${x}`,
      unhash: (hash: string) => [Number(hash.slice(1))],
    })
    f(4)
    expect([...(f.cache as unknown as Map<unknown, unknown>).keys()]).toEqual([[4]])
    expect([...(cache.open('f').heads() as Iterable<Entry>)].map(({ hash }) => hash)).toEqual([
      expect.stringMatching(/^x4~[A-Za-z0-9_-]{16}$/),
    ])
  })

  it("'beside' without a version is an OptionError", () => {
    expect(() => harness().persist(square, { cache: memoryStore(), versions: 'beside' })).toThrow(
      expect.objectContaining({ option: 'versions' }),
    )
  })
})

describe('the store notes what a version depends on', () => {
  const recordsIn = (cache: StoreAdapter) =>
    [...(cache.open('~code').entries() as Iterable<Entry>)].map((entry) => readDependencyRecord(entry)!)
  const wrap = (cache: StoreAdapter, dependsOn: Dependency[], options: object = {}) =>
    harness().persist(square, { funcname: 'f', cache: asOtherProcess(cache), dependsOn, ...options })

  it('once per process and version, with the first miss, and never on a hit', () => {
    const cache = persistent(memoryStore())
    wrap(cache, [table('1')])(1)
    expect(recordsIn(cache)).toEqual([
      {
        funcname: 'f',
        version: expect.stringContaining('#'),
        parts: [
          { name: 'square', digest: expect.any(String) },
          { name: 'rows', digest: '1' },
        ],
        at: 1_000_000,
      },
    ])
    cache.open('~code').clear()
    wrap(cache, [table('1')])(1)
    expect(recordsIn(cache)).toEqual([])
    wrap(cache, [table('2')])(1)
    expect(recordsIn(cache).map(({ parts }) => parts.at(-1))).toEqual([{ name: 'rows', digest: '2' }])
  })

  it('not without a dependency, in a replay, or if the store forgets everything with the process', () => {
    const cache = persistent(memoryStore())
    harness().persist(square, { funcname: 'f', cache, dependsOn: [(x: number) => x], version: '1' })(1)
    const replaying = harness({ env: { PERSIST_MODE: 'replay' } })
    const f = replaying.persist(square, { funcname: 'f', cache: asOtherProcess(cache), dependsOn: [table('1')] })
    expect(() => f(2)).toThrow(/replay/)
    expect(recordsIn(cache)).toEqual([])
    const forgetful = memoryStore()
    wrap(forgetful, [table('1')])(1)
    expect(recordsIn(forgetful)).toEqual([])
  })

  it.each(['sync', 'async'])('and a failure of that costs no result: %s', async (mode) => {
    const problems: string[] = []
    const inner = mode === 'sync' ? memoryStore() : delayed(memoryStore())
    const set = () => {
      const error = new Error('full')
      if (mode === 'sync') throw error
      return Promise.reject(error)
    }
    const broken = persistent(withMethods(inner, { set }))
    const report = (event: { name: string; operation?: string }) => {
      if (event.name === 'problem') problems.push(event.operation!)
    }
    const f = harness().persist(square, { funcname: 'f', cache: broken, dependsOn: [table('1')], report })
    expect(await f(3)).toBe(9)
    await runPending()
    expect(problems).toContain('record dependencies')
  })

  it('so no function may have the name under which it does', () => {
    expect(() => harness().persist(square, { funcname: '~code', cache: memoryStore() })).toThrow(
      expect.objectContaining({ option: 'funcname' }),
    )
  })
})
