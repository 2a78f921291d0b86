import { type Entry, memoryStore, type Store, type StoreAdapter, StoreError } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { circuitOf } from '../src/state/circuit.ts'
import {
  asOtherProcess,
  chunksOf,
  gate,
  harness,
  inBothModes,
  runPending,
  withMethods,
  withoutLeases,
} from './harness.ts'
import { manualTimers } from './manual-timers.ts'
import { unreliable } from './unreliable-store.ts'

inBothModes('a result that could not be stored since the store was down', (makeStore) => {
  function setup(options: object = {}, store: StoreAdapter = makeStore()) {
    const timers = manualTimers()
    const { persist, report, eventNames, advance, hooks: ownHooks } = harness({ later: timers.later })
    const { cache, state } = unreliable(store)
    const runs = { count: 0 }
    const running = gate()
    const f = persist(
      async (x: number) => {
        await running.passed
        return `run ${++runs.count} of ${x}`
      },
      { funcname: 'f', cache, report, ...options },
    )
    const slow = gate()
    const compute = async (x: number) => {
      if (x >= 3) await slow.passed
      if (x === 4) throw new Error('failed there')
      return `other process, ${x}`
    }
    const elsewhere = harness()
    const waits = { count: 0 }
    for (const hooks of [ownHooks, elsewhere.hooks]) hooks.whileWaiting = () => waits.count++
    const other = elsewhere.persist(compute, {
      funcname: 'f',
      cache: asOtherProcess(store),
      ...options,
    })
    /** A call during which the store goes down. */
    const cutOff = async (x: number) => {
      const call = f(x)
      await runPending()
      state.isDown = true
      running.open()
      return call
    }
    const back = async () => {
      state.isDown = false
      for (let turn = 0; turn < 4; turn++) await timers.pass()
    }
    /** Time passes in both processes. */
    const pass = (ms: number) => {
      advance(ms)
      elsewhere.advance(ms)
    }
    return {
      f,
      other,
      slow,
      running,
      persist,
      cache,
      state,
      runs,
      cutOff,
      back,
      eventNames,
      timers,
      advance,
      pass,
      waits,
    }
  }

  it('is stored when the store is back', async () => {
    const { f, other, cutOff, back, eventNames, runs } = setup()
    expect(await cutOff(1)).toBe('run 1 of 1')
    expect(eventNames()).not.toContain('write')
    await back()
    expect(eventNames()).toContain('write')
    expect([await f(1), await other(1), runs.count]).toEqual(['run 1 of 1', 'run 1 of 1', 1])
  })

  it('stays for the next time if the store goes down again', async () => {
    const { other, cutOff, back, state, timers } = setup()
    await cutOff(1)
    state.isDown = false
    const isBack = timers.pass()
    state.isDown = true
    await isBack
    for (let turn = 0; turn < 3; turn++) await timers.pass()
    await back()
    expect(await other(1)).toBe('run 1 of 1')
  })

  it('is replaced by a later result of the call, which another run computed meanwhile', async () => {
    const { f, other, cutOff, back } = setup()
    await cutOff(1)
    expect(await f(1)).toBe('run 2 of 1')
    await back()
    expect(await other(1)).toBe('run 2 of 1')
  })

  it('is stored in the place of an earlier one, also if another process has deleted the entry in between', async () => {
    const { f, other, cutOff, back } = setup()
    await cutOff(1)
    await other.forget(1)
    expect(await f(1)).toBe('run 2 of 1')
    await back()
    expect(await other(1)).toBe('run 2 of 1')
  })

  it.each([
    ['forget', (f: Fn) => f.forget(1), undefined],
    ['clear', (f: Fn) => f.clear(), undefined],
    ['put', (f: Fn) => f.put('put', 1), 'put'],
    ['deleteByTag', (f: Fn) => f.cache.deleteByTag('all'), undefined],
  ] as const)('is not stored after %s of this process, which the store did not see', async (_, act, after) => {
    const { f, other, cutOff, back } = setup({ tags: () => ['all'] })
    await cutOff(1)
    await act(f as unknown as Fn)
    await back()
    expect(await other.peek(1)).toBe(after)
  })

  it.each([
    ['forget', (f: Fn) => f.forget(1), undefined],
    ['clear', (f: Fn) => f.clear(), undefined],
    ['put', (f: Fn) => f.put('put', 1), 'put'],
    ['deleteByTag', (f: Fn) => f.cache.deleteByTag('all'), undefined],
  ] as const)('is not stored after %s of another process, which could reach the store', async (_, act, after) => {
    const { other, cutOff, back } = setup({ tags: () => ['all'] })
    await cutOff(1)
    await act(other as unknown as Fn)
    await back()
    expect(await other.peek(1)).toBe(after)
  })

  it('is stored, too, if its run began while the store was down', async () => {
    const { f, other, cutOff, back, eventNames } = setup()
    await cutOff(1)
    expect(await f(2)).toBe('run 2 of 2')
    await back()
    expect(eventNames().filter((name) => name === 'write')).toHaveLength(2)
    expect([await other(1), await other(2)]).toEqual(['run 1 of 1', 'run 2 of 2'])
  })

  it('is not stored more than a minute later without a lease, which would show whether the entry was deleted', async () => {
    const { f, other, cutOff, back, advance } = setup()
    await cutOff(1)
    await f(2)
    advance(60_001)
    await back()
    expect([await other.has(1), await other.has(2)]).toEqual([true, false])
  })

  it.each([
    ['is stored without a lease within the time that it took', 3_500_000, true],
    ['is not stored without a lease after more than a minute and more than it took', 3_600_001, false],
  ])('%s', async (_, outage, isStored) => {
    const { f, other, running, state, back, advance } = setup()
    state.isDown = true
    const call = f(1)
    await runPending()
    advance(3_600_000)
    running.open()
    await call
    advance(outage)
    await back()
    expect(await other.has(1)).toBe(isStored)
  })

  it('does not replace a result of another process, nor a run there', async () => {
    const { f, other, slow, cutOff, back, runs } = setup()
    await cutOff(1)
    await f(2)
    await f(3)
    await other(2)
    const there = other(3)
    await runPending()
    await back()
    slow.open()
    expect([await there, await f(2), await f(3), runs.count]).toEqual([
      'other process, 3',
      'other process, 2',
      'other process, 3',
      3,
    ])
  })

  it('leaves no lease if there is a result of another process: a call that does not accept that computes at once', async () => {
    const { cutOff, back, f, other, pass, waits } = setup()
    await cutOff(1)
    await f(2)
    await other(2)
    await back()
    pass(1_000)
    for (const either of [f, other]) await either.with({ maxAge: 500 })(2)
    expect(waits.count).toBe(0)
  })

  it('is tried again if a run of another process has the lease, and is stored if that run fails', async () => {
    const { f, other, slow, cutOff, back } = setup()
    await cutOff(1)
    await f(4)
    const there = expect(other(4)).rejects.toThrow('failed there')
    await runPending()
    await back()
    slow.open()
    await there
    await back()
    expect(await other.peek(4)).toBe('run 2 of 4')
  })

  it('is stored in a store without leases if there is still no entry', async () => {
    const { f, other, cutOff, back } = setup({}, withoutLeases(delayed(memoryStore())))
    await cutOff(1)
    await f(2)
    await other(2)
    await back()
    expect([await other(1), await other(2)]).toEqual(['run 1 of 1', 'other process, 2'])
  })

  it('is stored in a store without an order of deletions, too, if it has tags', async () => {
    const { f, other, cutOff, back } = setup({ tags: () => ['all'] }, withoutLeases(delayed(memoryStore())))
    await cutOff(1)
    await f(2)
    await f(3)
    await f.cache.deleteByTag('all')
    await f(2)
    await back()
    expect([await other.has(1), await other.has(2), await other.has(3)]).toEqual([false, true, false])
  })

  const CALLS = [
    ['a refresh', (f: Fn) => f.refresh(1)],
    ['maxAge', (f: Fn) => f.with({ maxAge: 500 })(1)],
  ] as const
  describe.each([
    ['with leases', () => makeStore()],
    ['without leases', () => withoutLeases(delayed(memoryStore()))],
  ])('of a call that wants no older result, in a store %s', (_, make) => {
    it.each(CALLS)('takes the place of the older one: %s', async (_, call) => {
      for (const isDownBefore of [true, false]) {
        const { f, other, running, back, state, pass } = setup({}, make())
        await other.put('old', 1)
        pass(1_000)
        state.isDown = isDownBefore
        const result = call(f as unknown as Fn)
        await runPending()
        state.isDown = true
        running.open()
        expect(await result).toBe('run 1 of 1')
        await back()
        expect(await other.peek(1)).toBe('run 1 of 1')
      }
    })

    it.each(CALLS)('does not replace a result that another process stored meanwhile: %s', async (_, call) => {
      for (const isDownBefore of [true, false]) {
        const { f, other, running, back, state, pass } = setup({}, make())
        await other.put('old', 1)
        pass(1_000)
        state.isDown = isDownBefore
        const result = call(f as unknown as Fn)
        await runPending()
        state.isDown = true
        running.open()
        await result
        pass(1_000)
        await other.put('new', 1)
        await back()
        expect(await other.peek(1)).toBe('new')
      }
    })

    it('takes the place of the older one, also if a later call, which accepts that, has taken its own', async () => {
      const { f, other, running, back, state, pass } = setup({}, make())
      await other.put('old', 1)
      pass(1_000)
      state.isDown = true
      running.open()
      expect([await f.refresh(1), await f(1)]).toEqual(['run 1 of 1', 'run 2 of 1'])
      await back()
      expect(await other.peek(1)).toBe('run 2 of 1')
    })

    it('takes the place of the older one, if it is an iteration', async () => {
      const { persist, cache, state, back, pass } = setup({}, make())
      let runs = 0
      const words = persist(
        async function* () {
          yield `run ${++runs}`
          state.isDown = runs > 1
        },
        { funcname: 'words', cache },
      )
      await chunksOf(words())
      pass(1_000)
      expect(await words.refresh()).toEqual(['run 2'])
      await back()
      expect(await chunksOf(words())).toEqual(['run 2'])
    })
  })

  it('is not stored if it has tags, and its run began while the store was down', async () => {
    const { f, other, cutOff, back } = setup({ tags: () => ['all'] })
    await cutOff(1)
    await f(2)
    await back()
    expect([await other.has(1), await other.has(2)]).toEqual([true, false])
  })

  it.each(['before its run ended', 'after that'])(
    'lets no earlier value come back if it has tags and is that of a refresh, with the store back %s',
    async (time) => {
      const { f, other, state, back, pass, running } = setup({ tags: () => ['all'] })
      await other(1)
      pass(1_000)
      state.isDown = true
      const refresh = f.refresh(1)
      await runPending()
      pass(1_000)
      if (time === 'before its run ended') await back()
      running.open()
      expect(await refresh).toBe('run 1 of 1')
      await back()
      expect(await other.has(1)).toBe(false)
      expect(await f(1)).toBe('run 2 of 1')
    },
  )

  it('is not stored either if its run ended after that, since another process may have deleted its tag', async () => {
    const { f, other, running, state, back, eventNames } = setup({ tags: () => ['all'] })
    state.isDown = true
    const call = f(1)
    await runPending()
    await other.cache.deleteByTag('all')
    await back()
    running.open()
    expect(await call).toBe('run 1 of 1')
    expect(eventNames()).toContain('skip unavailable')
    expect(await other.has(1)).toBe(false)
  })

  it('is not kept if the caller gets the error of the store', async () => {
    const { other, cutOff, back } = setup({ onStoreError: 'throw' })
    await expect(cutOff(1)).rejects.toThrow('no reply')
    await back()
    expect(await other.has(1)).toBe(false)
  })

  it('is that of an iteration, too', async () => {
    const { persist, cache, state, back } = setup()
    const words = persist(
      async function* () {
        yield 'a'
        state.isDown = true
        yield 'b'
      },
      { funcname: 'words', cache },
    )
    expect(await chunksOf(words())).toEqual(['a', 'b'])
    await back()
    expect(await words.has()).toBe(true)
  })

  it('is tried again after longer and longer pauses if the store answers and takes no results', async () => {
    const pauses: number[] = []
    const due: (() => void)[] = []
    const { persist, report } = harness({
      later: (ms, act) => {
        pauses.push(ms)
        due.push(act)
        return () => {}
      },
    })
    const fail = () => {
      throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'takes no results', { store: 'x' })
    }
    const cache = withMethods(makeStore(), { set: fail })
    const f = persist(async (x: number) => x, { funcname: 'f', cache, report, singleFlight: 'process' })
    await f(1)
    for (let turn = 0; turn < 10; turn++) {
      for (const act of due.splice(0)) act()
      await runPending()
    }
    // The reply of a ping may take a second each turn.
    const probes = pauses.filter((ms) => ms !== 1_000)
    expect(probes.slice(0, 6)).toEqual([250, 500, 2_000, 4_000, 5_000, 5_000])
  })

  it('is given up when the stores are closed', async () => {
    const { cache, other, cutOff, back } = setup()
    await cutOff(1)
    circuitOf(cache).reset()
    await back()
    expect(await other(1)).toBe('other process, 1')
  })

  it('is deleted if it was stored after its tag was deleted, and the store went down before it said so', async () => {
    const { cache, state, back, persist } = setup()
    const options = { funcname: 'g', tags: () => ['all'], singleFlight: 'process' } as const
    const set = (entry: Entry) => {
      const store = cache.open('g') as Store
      const goDown = () => {
        state.isDown = true
      }
      return perform(store.tagFence!.record('all'), () => perform(store.set(entry), goDown))
    }
    const g = persist(async (x: number) => x, { ...options, cache: withMethods(cache, { set }) })
    await g(1)
    expect(state.isDown).toBe(true)
    await back()
    expect(await g.has(1)).toBe(false)
  })

  it('leaves no lease in the store: a call in another process computes at once', async () => {
    const { f, other, cutOff, back } = setup()
    await cutOff(1)
    await f.forget(1)
    await back()
    expect(await other(1)).toBe('other process, 1')
  })
})

inBothModes('a deletion while the store is away', (makeStore) => {
  function setup(store: StoreAdapter) {
    const timers = manualTimers()
    const { persist, advance } = harness({ later: timers.later })
    const { cache, state } = unreliable(store)
    const source = { data: 'old' }
    const f = persist(async (x: number) => `${source.data} ${x}`, {
      funcname: 'f',
      cache,
      tags: (_, x) => [`tag ${x}`],
    })
    const elsewhere = harness()
    const other = elsewhere.persist(async (x: number) => `other ${x}`, {
      funcname: 'f',
      cache: asOtherProcess(store),
      tags: (_, x) => [`tag ${x}`],
    })
    const pass = (ms: number) => {
      advance(ms)
      elsewhere.advance(ms)
    }
    const back = async () => {
      state.isDown = false
      for (let turn = 0; turn < 4; turn++) await timers.pass()
    }
    return { f, other, state, source, pass, back, ahead: elsewhere.advance }
  }

  describe.each([
    ['with leases', () => makeStore()],
    ['without leases', () => withoutLeases(delayed(memoryStore()))],
  ])('in a store %s', (_, make) => {
    it.each([
      ['forget', (f: Fn) => f.forget(1), [1]],
      ['clear', (f: Fn) => f.clear(), [1, 2]],
      ['deleteByTag', (f: Fn) => f.cache.deleteByTag('tag 1'), [1]],
    ] as const)('is made when it is back: %s', async (_, act, deleted) => {
      const { f, other, state, source, pass, back } = setup(make())
      await f(1)
      await f(2)
      pass(1_000)
      state.isDown = true
      source.data = 'new'
      await act(f as unknown as Fn)
      await back()
      for (const x of [1, 2]) expect(await other.has(x)).toBe(!(deleted as readonly number[]).includes(x))
      expect(await f(1)).toBe('new 1')
    })

    it.each([
      ['forget', (f: Fn) => f.forget(1)],
      ['clear', (f: Fn) => f.clear()],
      ['deleteByTag', (f: Fn) => f.cache.deleteByTag('tag 1')],
    ] as const)('deletes no result of another process that came after it: %s', async (_, act) => {
      const { f, other, state, pass, back } = setup(make())
      await f(1)
      pass(1_000)
      state.isDown = true
      await act(f as unknown as Fn)
      pass(1_000)
      await other.forget(1)
      await other(1)
      await back()
      expect(await f(1)).toBe('other 1')
    })

    it.each([
      ['clear', (f: Fn) => f.clear()],
      ['deleteByTag', (f: Fn) => f.cache.deleteByTag('all')],
    ] as const)('deletes many entries, and none of those that came after it: %s', async (_, act) => {
      for (const isNewer of [false, true]) {
        const timers = manualTimers()
        const { persist, advance } = harness({ later: timers.later })
        const store = make()
        const { cache, state } = unreliable(store)
        const options = { funcname: 'f', tags: () => ['all'] }
        const f = persist(async (x: number) => x, { ...options, cache })
        const other = harness({ now: () => 1_002_000 }).persist(async (x: number) => x, {
          ...options,
          cache: asOtherProcess(store),
        })
        for (let x = 0; x < 300; x++) await f(x)
        advance(1_000)
        state.isDown = true
        await act(f as unknown as Fn)
        advance(1_000)
        if (isNewer) await other(301)
        state.isDown = false
        await timers.pass()
        for (let turn = 0; turn < 60 && (await f.has(299)); turn++) await runPending()
        const left = []
        for (let x = 0; x < 302; x++) if (await other.has(x)) left.push(x)
        expect(left).toEqual(isNewer ? [301] : [])
      }
    })

    it('is made after the next outage if the store goes down again', async () => {
      const { f, other, state, pass, back } = setup(make())
      await f(1)
      pass(1_000)
      state.isDown = true
      await f.forget(1)
      const isBack = back()
      state.isDown = true
      await isBack
      await back()
      expect(await other.has(1)).toBe(false)
    })
  })

  describe.each([
    ['without memory', {}],
    ['with memory', { memory: true }],
  ])('%s', (_, options) => {
    const MANY = Array.from({ length: 20 }, (_, x) => x)

    it.each([
      ['forget', (f: Fn, x: number) => f.forget(x)],
      ['clear', (f: Fn) => f.clear()],
      ['deleteByTag', (f: Fn) => f.cache.deleteByTag('all')],
      ['refresh', (f: Fn, x: number) => f.refresh(x)],
    ] as const)(
      'counts for calls as soon as the store is back, although many wait for their turn: %s',
      async (_, act) => {
        const timers = manualTimers()
        const { persist, advance } = harness({ later: timers.later })
        const { cache, state } = unreliable(makeStore())
        let data = 'old'
        let served: Promise<unknown> = Promise.resolve()
        const report = ({ name, state }: { name: string; state?: string }) => {
          if (name === 'circuit' && state === 'closed')
            served = Promise.resolve().then(() => Promise.all(MANY.map((x) => f(x))))
        }
        const tags = act.toString().includes('deleteByTag') ? { tags: () => ['all'] } : {}
        const f = persist(async (x: number) => `${data} ${x}`, { funcname: 'f', cache, report, ...options, ...tags })
        for (const x of MANY) await f(x)
        advance(1_000)
        state.isDown = true
        data = 'new'
        for (const x of MANY) await act(f as unknown as Fn, x)
        state.isDown = false
        await timers.pass()
        expect(await served).toEqual(MANY.map((x) => `new ${x}`))
        expect(await f.many(MANY.map((x) => [x]))).toEqual(MANY.map((x) => `new ${x}`))
      },
    )
  })

  describe.each([
    ['while entries are listed', true],
    ['before the last reply', false],
  ])('deletes every entry if an outage begins and ends %s', (_, isListing) => {
    it.each([
      ['deleteByTag', false, (f: Fn) => f.cache.deleteByTag('all')],
      ['a later deleteByTag', true, (f: Fn) => f.cache.deleteByTag('all')],
      ['a later clear', true, (f: Fn) => f.clear()],
    ] as const)('%s', async (_, isLater, act) => {
      const timers = manualTimers()
      const { persist, advance } = harness({ later: timers.later })
      const store = makeStore()
      const deletions = { count: 0 }
      const methods = {
        async delete(this: Store, hash: string) {
          const number = deletions.count++
          if (number === 0) throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'no reply', { store: 'test' })
          if (number === 1 && !isListing) await timers.pass()
          return this.delete(hash)
        },
        async *heads(this: Store) {
          for await (const head of this.heads()) {
            yield head
            if (isListing && deletions.count > 0) await timers.pass()
          }
        },
      }
      const isAsync = store.mode === 'async'
      const inner = isAsync ? withMethods(store, methods) : store
      const withoutTags = { ...inner, supports: { ...inner.supports, tags: false } }
      const { cache, state } = unreliable(withoutTags as StoreAdapter)
      const f = persist(async (x: number) => x, { funcname: 'f', cache, tags: () => ['all'] })
      for (let x = 0; x < 30; x++) await f(x)
      advance(1_000)
      state.isDown = isLater
      await act(f as unknown as Fn)
      advance(1_000)
      state.isDown = false
      for (let turn = 0; turn < 60; turn++) await timers.pass()
      const left = await Promise.all(Array.from({ length: 30 }, async (_, x) => f.has(x)))
      expect(left.filter(Boolean)).toEqual([])
    })
  })

  it.each([
    ['forget', (f: Fn) => f.forget(1)],
    ['clear', (f: Fn) => f.clear()],
    ['deleteByTag', (f: Fn) => f.cache.deleteByTag('tag 1')],
    ['refresh', (f: Fn) => f.refresh(1)],
  ] as const)('counts for a listener that calls as soon as it hears of it: %s', async (_, act) => {
    const timers = manualTimers()
    const { persist, advance } = harness({ later: timers.later })
    const { cache, state } = unreliable(makeStore())
    let data = 'old'
    const heard: unknown[] = []
    const report = (event: { readonly name: string; readonly state?: string }) => {
      if (event.name === 'circuit' && event.state === 'closed') heard.push(f(1))
    }
    const f = persist(async (_: number) => data, {
      funcname: 'f',
      cache,
      report: report as never,
      tags: () => ['tag 1'],
    })
    await f(1)
    advance(1_000)
    data = 'new'
    state.isDown = true
    await act(f as unknown as Fn)
    advance(1_000)
    state.isDown = false
    for (let turn = 0; turn < 4; turn++) await timers.pass()
    expect(await Promise.all(heard)).toEqual(['new'])
  })

  it('is made if it is one of all, also if one by the empty tag follows', async () => {
    const { f, other, state, back } = setup(makeStore())
    await f(1)
    state.isDown = true
    await f.clear()
    await f.cache.deleteByTag('')
    await back()
    expect(await other.has(1)).toBe(false)
  })

  it('is made however far the clock was ahead by which an entry was written', async () => {
    const store = makeStore()
    const { f, other, state, source, back, ahead } = setup(store)
    ahead(10_000_000)
    await other(1)
    expect(await f(1)).toBe('other 1')
    state.isDown = true
    source.data = 'new'
    await f.forget(1)
    await back()
    expect(await f(1)).toBe('new 1')
  })

  it('is made for results of the same millisecond, too', async () => {
    const { f, state, source, back } = setup(makeStore())
    await f.put('put', 1)
    state.isDown = true
    source.data = 'new'
    await f.forget(1)
    await back()
    expect(await f(1)).toBe('new 1')
  })

  it('is one of 100,000 at most, and the process reports those that it gives up', async () => {
    const timers = manualTimers()
    const { persist, report, events } = harness({ later: timers.later })
    const { cache, state } = unreliable(makeStore())
    const f = persist(async (x: number) => x, { funcname: 'f', cache, report })
    await f(0)
    await f(1)
    await f(2)
    state.isDown = true
    for (let x = 0; x < 100_000; x++) await f.forget(x)
    await f.forget(0)
    const messages = () => events.map((event) => (event.name === 'problem' ? event.error.message : ''))
    const givenUp = () => messages().filter((message) => message.includes('given up')).length
    expect(givenUp()).toBe(0)
    await f.forget(100_001)
    expect(givenUp()).toBe(1)
    state.isDown = false
    for (let turn = 0; turn < 4; turn++) await timers.pass()
    for (let turn = 0; turn < 400 && (await f.has(0)); turn++) await runPending()
    expect([await f.has(0), await f.has(1), await f.has(2)]).toEqual([false, true, false])
  })

  it('comes before the results of runs that began after it', async () => {
    for (const make of [makeStore, () => withoutLeases(delayed(memoryStore()))]) {
      const timers = manualTimers()
      const { persist, advance } = harness({ later: timers.later })
      const { cache, state } = unreliable(make())
      let data = 'old'
      const f = persist(async (x: number) => `${data} ${x}`, { funcname: 'f', cache })
      await f(1)
      advance(1_000)
      state.isDown = true
      data = 'new'
      await f.forget(1)
      expect(await f(1)).toBe('new 1')
      state.isDown = false
      for (let turn = 0; turn < 4; turn++) await timers.pass()
      data = 'later'
      expect(await f(1)).toBe('new 1')
    }
  })
})

/** Goes on after a reply that may be a promise. */
const perform = (reply: unknown, then: () => unknown) => (reply instanceof Promise ? reply.then(then) : then())

type Fn = {
  forget(x: number): unknown
  refresh(x: number): unknown
  with(overrides: { maxAge: number }): (x: number) => unknown
  clear(): unknown
  put(value: string, x: number): unknown
  readonly cache: { deleteByTag(tag: string): unknown }
}
