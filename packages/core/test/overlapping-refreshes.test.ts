import { createRequire } from 'node:module'
import { memoryStore, type Options, persist, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, chunksOf, gate, harness, runPending, withMethods, withoutLeases } from './harness.ts'

const STORES: readonly (readonly [string, () => StoreAdapter])[] = [
  ['a synchronous store', () => memoryStore()],
  ['an asynchronous store', () => delayed(memoryStore())],
  ['a store without leases', () => withoutLeases(delayed(memoryStore()))],
]

const FORMS = ['a function', 'an async generator'] as const
const CASES = STORES.flatMap(([name, makeStore]) => FORMS.map((form) => [form, name, makeStore] as const))

describe.each(CASES)('overlapping refreshes of %s over %s', (form, _name, makeStore) => {
  /** Runs that wait for one gate each, and then fail or return their number. */
  function runs(shouldStore = (_: number) => true, more: Options = {}) {
    const { persist } = harness()
    const gates = Array.from({ length: 4 }, () => ({ ...gate(), fails: false }))
    let count = 0
    const fn = async () => {
      const run = count++
      await gates[run]!.passed
      if (gates[run]!.fails) throw new Error(`run ${run}`)
      return run
    }
    const cache = makeStore()
    const options = { funcname: 'f', cache, tags: () => ['t'], ...more }
    const f = form === 'a function' ? asFunction() : asGenerator()
    function asFunction() {
      const f = persist(fn, { ...options, shouldStore })
      return Object.assign(() => f(), {
        refresh: () => f.refresh(),
        peek: async () => f.peek(),
        put: (value: number) => f.put(value),
        forget: () => f.forget(),
        clear: () => f.clear(),
        cache: f.cache,
      })
    }
    function asGenerator() {
      const chunk = async function* () {
        yield await fn()
      }
      const f = persist(chunk, { ...options, shouldStore: ([first]) => shouldStore(first!) })
      return Object.assign(async () => (await chunksOf(f()))[0]!, {
        refresh: async () => (await f.refresh())[0]!,
        peek: async () => (await f.peek())?.[0],
        put: (value: number) => f.put([value]),
        forget: () => f.forget(),
        clear: () => f.clear(),
        cache: f.cache,
      })
    }
    const end = async (run: number, fails = false, pause = 40) => {
      Object.assign(gates[run]!, { fails })
      gates[run]!.open()
      await runPending(pause)
    }
    /** Begins `count` refreshes, one after the other. */
    const begin = async (count: number, pause = 20) => {
      const begun: Promise<number>[] = []
      for (let one = 0; one < count; one++) {
        begun.push(f.refresh())
        begun.at(-1)!.catch(() => {})
        await runPending(pause)
      }
      await runPending()
      return begun
    }
    return { f, begin, end }
  }

  it('keep the result of the older one if the newer one fails, in any order', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { f, begin, end } = runs()
      const [older, newer] = await begin(2)
      for (const run of order) await end(run, run === 1)
      await expect(newer).rejects.toThrow('run 1')
      expect([await older, await f.peek()]).toEqual([0, 0])
    }
  })

  it('let the next call begin if all of them fail at nearly the same time', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const count = order.length
      for (let apart = 0; apart < 12; apart++) {
        const { f, begin, end } = runs()
        const begun = await begin(count)
        for (const run of order) {
          void end(run, true, 0)
          for (let turn = 0; turn < apart; turn++) await Promise.resolve()
        }
        await Promise.allSettled(begun)
        void end(count, false, 0)
        const waits = runPending(200).then(() => 'waits for a lease that no run holds')
        expect(await Promise.race([f(), waits])).toBe(count)
      }
    }
  })

  it('keep the result of the newer one if both succeed, in any order', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { f, begin, end } = runs()
      const both = await begin(2)
      for (const run of order) await end(run)
      expect([await Promise.all(both), await f.peek()]).toEqual([[0, 1], 1])
    }
  })

  it.each([{}, { memory: true }])(
    'that have ended count at once, while later ones run, with options %s',
    async (options) => {
      const { f, begin, end } = runs(undefined, options)
      await f.put(-1)
      await f.peek()
      const begun = await begin(3)
      await end(0)
      expect([await begun[0], await f.peek()]).toEqual([0, 0])
      await end(1, true)
      expect(await f.peek()).toBe(0)
      const call = f()
      await end(2)
      expect([await call, await f.peek()]).not.toContain(-1)
    },
  )

  it('that have ended are not served once they are deleted, and neither is what was there before', async () => {
    const { f, begin, end } = runs()
    await f.put(-1)
    await begin(2)
    await end(0)
    await f.forget()
    expect(await f.peek()).toBe(undefined)
    await end(1)
    expect(await f.peek()).toBe(undefined)
  })

  const PAUSES = [0, 1, 2, 3, 40]

  it.each(PAUSES)(
    'keep the newest successful result of three, in any order, %i event loop iterations apart',
    async (pause) => {
      const orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ]
      for (const order of orders) {
        for (let fails = 0; fails < 8; fails++) {
          const { f, begin, end } = runs()
          await begin(3, pause)
          for (const run of order) await end(run, (fails & (1 << run)) > 0, pause)
          await runPending(40)
          const newest = [2, 1, 0].find((run) => (fails & (1 << run)) === 0)
          expect({ order, fails, stays: await f.peek() }).toEqual({ order, fails, stays: newest })
        }
      }
    },
  )

  it.each([
    ['forget', (f: Changeable) => f.forget(), undefined],
    ['clear', (f: Changeable) => f.clear(), undefined],
    ['deleteByTag', (f: Changeable) => f.cache.deleteByTag('t'), undefined],
    ['put', (f: Changeable) => f.put(9), 9],
  ] as const)('what was there before a %s does not come back, at any time', async (_verb, change, left) => {
    for (const when of [0, 1, 2]) {
      for (const order of [
        [0, 1],
        [1, 0],
      ]) {
        const { f, begin, end } = runs()
        await begin(2)
        for (const [at, run] of order.entries()) {
          if (at === when) await change(f)
          await end(run, run === 1)
        }
        if (when === 2) await change(f)
        expect(await f.peek()).toBe(left)
      }
    }
  })

  it('keep the older result if the newer one is not to be stored', async () => {
    const { f, begin, end } = runs((result) => result === 0)
    await begin(2)
    await end(0)
    await end(1)
    expect(await f.peek()).toBe(0)
  })
})

it('a result that is left to a later run is reported only if it is stored', async () => {
  for (const fails of [true, false]) {
    const { persist, report, eventNames } = harness()
    const gates = [gate(), gate()]
    let count = 0
    const f = persist(
      async () => {
        const run = count++
        await gates[run]!.passed
        if (run === 1 && fails) throw new Error('down')
        return run
      },
      { funcname: 'f', cache: memoryStore(), report },
    )
    for (let run = 0; run < 2; run++) {
      f.refresh().catch(() => {})
      await runPending()
    }
    for (const one of gates) {
      one.open()
      await runPending()
    }
    expect(eventNames()).toEqual(['miss refresh', 'miss refresh', 'compute', 'compute', 'write'])
  }
})

interface Changeable {
  forget(): unknown
  clear(): unknown
  put(value: number): unknown
  cache: { deleteByTag(tag: string): unknown }
}

it('an entry that another process deletes while refreshes overlap is not stored again', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    for (const when of [0, 1]) {
      const { persist } = harness()
      const cache = memoryStore()
      const gates = [gate(), gate()]
      let count = 0
      const fn = async () => {
        const run = count++
        await gates[run]!.passed
        if (run === 1) throw new Error('down')
        return run
      }
      const f = persist(fn, { funcname: 'f', cache })
      const g = persist(fn, { funcname: 'f', cache: asOtherProcess(cache) })
      for (let run = 0; run < 2; run++) {
        f.refresh().catch(() => {})
        await runPending()
      }
      for (const [at, run] of order.entries()) {
        if (at === when) await g.put(9)
        gates[run]!.open()
        await runPending()
      }
      expect(await f.peek()).toBe(9)
    }
  }
})

describe('overlapping refreshes of the ES module and the CommonJS in one process', () => {
  it('keep the result of the older one if the newer ones fail', async () => {
    const cjs = createRequire(import.meta.url)('../dist/index.cjs') as { readonly persist: typeof persist }
    expect(cjs.persist).not.toBe(persist)
    const cache = delayed(memoryStore())
    const gates = [gate(), gate(), gate()]
    let runs = 0
    const fn = async () => {
      const run = runs++
      await gates[run]!.passed
      if (run > 0) throw new Error(`run ${run}`)
      return run
    }
    const [one, two] = [persist, cjs.persist].map((wrap) => wrap(fn, { funcname: 'two-copies', cache, verbosity: 0 }))
    const older = one!()
    await runPending()
    const newer = Promise.allSettled([one!.refresh(), two!.refresh()])
    await runPending()
    for (const { open } of gates) {
      open()
      await runPending()
    }
    expect(await newer).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
    expect([await older, runs, await one!.peek()]).toEqual([0, 3, 0])
  })
})

it('a refresh of a synchronous function, made while another one reports that its lease failed, returns its value', () => {
  const { persist } = harness()
  let fails = true
  const cache = withMethods(memoryStore(), {
    lease: () => {
      if (!fails) return { renew: () => true, publish: () => true, release: () => {} }
      fails = false
      throw new Error('no lease')
    },
  })
  const inner: unknown[] = []
  let runs = 0
  const f = persist((x: number) => x + runs++, {
    funcname: 'f',
    cache,
    report: ({ name }) => {
      if (name === 'problem' && inner.length === 0) inner.push(f.refresh(1))
    },
  })
  f.refresh(1)
  expect(inner).toEqual([1])
})
