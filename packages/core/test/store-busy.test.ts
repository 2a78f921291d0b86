import { memoryStore } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, gate, harness, inBothModes, runPending, withoutLeases } from './harness.ts'
import { manualTimers } from './manual-timers.ts'
import { unreliable } from './unreliable-store.ts'

const sizeOf = async (cache: { readonly size: number | (() => Promise<number>) }) =>
  typeof cache.size === 'number' ? cache.size : cache.size()

inBothModes('while the store is busy', (makeStore) => {
  describe.each([
    ['with leases', () => makeStore()],
    ['without leases', () => withoutLeases(delayed(memoryStore()))],
  ])('%s', (_, make) => {
    function setup(options: object = {}) {
      const timers = manualTimers()
      const { persist, advance, report, eventNames } = harness({ later: timers.later })
      const store = make()
      const { cache, state } = unreliable(store)
      let runs = 0
      const running = gate()
      const f = persist(
        async (x: number) => {
          if (x === 1) await running.passed
          return `run ${++runs}`
        },
        { funcname: 'f', cache, report, ...options },
      )
      const elsewhere = harness()
      const other = elsewhere.persist(async (_: number) => 'other', {
        funcname: 'f',
        cache: asOtherProcess(store),
        ...options,
      })
      /** A call whose result the store does not take. */
      const refused = async () => {
        const call = f(1)
        await runPending()
        state.isBusy = true
        running.open()
        return call
      }
      const pass = async (ms: number) => {
        advance(ms)
        elsewhere.advance(ms)
        for (let turn = 0; turn < 4; turn++) await timers.pass()
      }
      return { f, other, state, running, refused, pass, advance, eventNames, runs: () => runs }
    }

    type Fn = ReturnType<typeof setup>['f']

    it('a result is kept, and stored a moment later', async () => {
      const { f, other, state, refused, pass, eventNames, runs } = setup()
      expect(await refused()).toBe('run 1')
      state.isBusy = false
      await pass(250)
      expect([await other.peek(1), await f(1), runs()]).toEqual(['run 1', 'run 1', 1])
      expect(eventNames()).not.toContain('circuit')
    })

    it('other calls use the store', async () => {
      const { f, state, refused, pass } = setup()
      await refused()
      state.isBusy = false
      await f(2)
      expect(await f(2)).toBe('run 2')
      await pass(250)
    })

    it('a result is given up after a minute, so that no other process waits for longer', async () => {
      const { other, state, refused, pass, eventNames } = setup()
      await refused()
      for (let seconds = 0; seconds < 62; seconds += 10) await pass(10_000)
      expect(eventNames()).toContain('skip unavailable')
      state.isBusy = false
      await pass(120_000)
      expect(await other(1)).toBe('other')
    })

    it.each([
      ['forget', (f: Fn) => f.forget(2)],
      ['clear', (f: Fn) => f.clear()],
      ['deleteByTag', (f: Fn) => f.cache.deleteByTag('all')],
    ] as const)('%s is made a moment later, and spares what is newer', async (_, act) => {
      const { f, other, state, pass } = setup({ tags: () => ['all'] })
      await f(2)
      await pass(1_000)
      state.isBusy = true
      await act(f)
      await pass(1_000)
      await other(3)
      state.isBusy = false
      await pass(1_000)
      expect([await other.has(2), await other.has(3)]).toEqual([false, true])
    })

    it.each([
      ['forget', (f: ReturnType<typeof setup>['f']) => f.forget(2)],
      ['clear', (f: ReturnType<typeof setup>['f']) => f.clear()],
      ['deleteByTag', (f: ReturnType<typeof setup>['f']) => f.cache.deleteByTag('all')],
    ] as const)('%s is in force before it is made: no call gets the old result', async (what, change) => {
      const { f, other, state, pass, advance } = setup({ tags: () => ['all'] })
      await f(2)
      await f(3)
      await pass(1_000)
      state.isBusy = true
      await change(f)
      state.isBusy = false
      advance(10)
      expect([await f.peek(2), await f.has(2), await other.peek(2)]).toEqual([undefined, false, 'run 1'])
      expect(await sizeOf(f.cache)).toBe(what === 'forget' ? 1 : 0)
      expect(await f.many([[2]])).toEqual(['run 3'])
      expect(await f(2)).toBe('run 3')
      await pass(1_000)
      expect([await f(2), await other.peek(2)]).toEqual(['run 3', 'run 3'])
    })

    it('a value that was put is served in place of the entry that it replaces', async () => {
      const { f, other, state, pass } = setup()
      await f(2)
      await pass(1_000)
      state.isBusy = true
      await f.put('put', 2)
      state.isBusy = false
      expect([await other.peek(2), await f.peek(2), await f.many([[2]]), await f(2)]).toEqual([
        'run 1',
        'put',
        ['put'],
        'put',
      ])
    })

    it('a refresh counts at once for calls of this process', async () => {
      const { f, other, pass } = await refreshed()
      expect([await other.peek(1), await f.peek(1), await f(1)]).toEqual(['other', 'run 1', 'run 1'])
      await pass(1_000)
      expect(await other(1)).toBe('run 1')
    })

    it('a forgotten value is not served either if it was read before it is deleted', async () => {
      const { f, state, pass, advance } = setup()
      await f(2)
      await pass(1_000)
      state.isBusy = true
      await f.forget(2)
      state.isBusy = false
      const reply = gate()
      state.at.get = () => reply.passed
      const value = f(2)
      await runPending()
      advance(250)
      const retry = pass(250)
      await runPending()
      reply.open()
      expect(await value).toBe('run 2')
      await retry
    })

    /** A refresh whose result the store does not take, in the place of a value of another process. */
    async function refreshed(options: object = {}) {
      const all = setup(options)
      const { f, other, state, running, pass } = all
      await other(1)
      await pass(1_000)
      const refresh = f.refresh(1)
      await runPending()
      state.isBusy = true
      running.open()
      expect(await refresh).toBe('run 1')
      state.isBusy = false
      return all
    }

    it('a call that reads the store while the result of a refresh is deleted gets no older value', async () => {
      const { f, state } = await refreshed()
      const [reply, deleted] = [gate(), gate()]
      state.at.get = () => reply.passed
      state.at.delete = () => deleted.passed
      const value = f(1)
      await runPending()
      const deletion = f.forget(1)
      await runPending()
      reply.open()
      await runPending()
      deleted.open()
      expect(await value).not.toBe('other')
      await deletion
    })

    it('after the deletion of a tag of its result, the value that a refresh was to replace is not served either', async () => {
      const tags = (value: string) => [value]
      const { f, other, pass } = await refreshed({ tags })
      await f.cache.deleteByTag('run 1')
      expect(await f.peek(1)).toBe(undefined)
      await pass(1_000)
      expect(await other.has(1)).toBe(false)
    })

    it('the value that a refresh was to replace is not served if its result is too large to be kept', async () => {
      const pickle = (value: unknown) => JSON.stringify(value).padEnd(value === 'run 1' ? 65 * 1024 * 1024 : 0)
      const { f, other, pass } = await refreshed({ pickle, unpickle: JSON.parse })
      expect(await f.peek(1)).toBe(undefined)
      await pass(1_000)
      expect(await other.has(1)).toBe(false)
    })

    it('a value that another process has put meanwhile stays, also if the store does not say so', async () => {
      const { f, other, state, pass } = setup()
      state.isBusy = true
      expect(await f(2)).toBe('run 1')
      await other.put('put', 2)
      // The retry asks for a lease and looks the entry up.
      let refusals = 0
      state.isBusy = false
      state.next = 'busy'
      state.onBusy = (method) => {
        if (refusals++ < 1 && method === 'lease') state.next = 'busy'
      }
      await pass(1_000)
      await pass(5_000)
      expect([refusals > 0, await other.peek(2), await f(2)]).toEqual([true, 'put', 'put'])
    })

    it('a result that the store writes while it refuses the deletion that came later is deleted', async () => {
      const { f, other, state, pass } = setup()
      const write = gate()
      state.at.publish = () => write.passed
      state.at.set = () => write.passed
      const call = f(2)
      await runPending()
      state.next = 'busy'
      const deletion = f.forget(2)
      await runPending()
      write.open()
      await Promise.all([call, deletion])
      await pass(1_000)
      expect([await f.peek(2), await other.has(2)]).toEqual([undefined, false])
    })

    it.each([{}, { tags: () => ['all'] }])('put is made a moment later, with options %s', async (options) => {
      const { f, other, state, pass } = setup(options)
      await f(2)
      await pass(1_000)
      state.next = 'busy'
      await f.put('put', 2)
      state.isBusy = false
      await pass(250)
      expect(await other.peek(2)).toBe('put')
    })

    it('a lease that could not be released is released a moment later', async () => {
      const { f, other, state, refused, pass } = setup({ shouldStore: () => false })
      await refused()
      state.isBusy = false
      await pass(250)
      expect(await other(1)).toBe('other')
      expect(await f(1)).toBe('run 2')
    })
  })
})

it('memory holds no value that was put, if all is deleted before it is known that the store refuses it', async () => {
  const { persist } = harness({ later: () => () => {} })
  const { cache, state } = unreliable(delayed(memoryStore()))
  const f = persist(async (_x: number): Promise<string> => 'computed', { funcname: 'f', cache, memory: true })
  const read = gate()
  state.next = 'busy'
  state.at.get = () => read.passed
  const put = f.put('put', 1)
  await runPending()
  const deleted = gate()
  state.at.clear = () => deleted.passed
  const cleared = f.clear()
  read.open()
  await put
  const call = f(1)
  await runPending()
  deleted.open()
  await cleared
  expect([await call, await f(1)]).toEqual(['computed', 'computed'])
})

it('a program that never waits, so that no timer fires, makes what a synchronous store refused', () => {
  let now = 0
  const store = memoryStore()
  const { persist } = harness({ monotonic: () => now, later: () => () => {} })
  const { cache, state } = unreliable(store)
  const f = persist((x: number) => 2 * x, { funcname: 'f', cache })
  f(1)
  now += 1_000
  state.isBusy = true
  f.forget(1)
  f(2)
  state.isBusy = false
  now += 10_000
  f(3)
  const hashes = [...store.open('f').heads()].map(({ hash }) => hash)
  expect([hashes.length, f.has(1), f.has(2), f.has(3)]).toEqual([2, false, true, true])
})

it.each([
  ['fails', 'after it is tried again'],
  ['fails', 'before it is tried again'],
  ['ends', 'after it is tried again'],
])('the result of a refresh that waits is not lost to a later refresh, which %s %s', async (way, time) => {
  const timers = manualTimers()
  const { persist, advance } = harness({ later: timers.later })
  const store = delayed(memoryStore())
  const { cache, state } = unreliable(store)
  let runs = 0
  const second = gate()
  const f = persist(
    async (_: number) => {
      const run = ++runs
      if (run === 2) state.isBusy = true
      if (run === 3) await second.passed
      if (run === 3 && way === 'fails') throw new Error('failed')
      return `run ${run}`
    },
    { funcname: 'f', cache },
  )
  await f(1)
  advance(1_000)
  expect(await f.refresh(1)).toBe('run 2')
  state.isBusy = false
  const later = f.refresh(1).catch(() => 'failed')
  await runPending()
  const tryAgain = async () => {
    advance(250)
    await timers.pass()
  }
  if (time === 'after it is tried again') await tryAgain()
  expect(await f.peek(1)).toBe('run 2')
  second.open()
  await later
  for (let turn = 0; turn < 4; turn++) {
    advance(5_000)
    await timers.pass()
  }
  expect([await f.peek(1), runs]).toEqual([way === 'fails' ? 'run 2' : 'run 3', 3])
})

it('a sync function does not wait for the lease of its own result, which is stored later', () => {
  const { persist, hooks, later } = ownTimers()
  const { cache, state } = unreliable(memoryStore())
  let runs = 0
  const f = persist(
    (_: number) => {
      state.isBusy = runs === 0
      return `run ${++runs}`
    },
    { funcname: 'f', cache },
  )
  expect(f(1)).toBe('run 1')
  state.isBusy = false
  hooks.whileWaiting = () => {
    throw new Error('it waits')
  }
  expect([f(1), f(1)]).toEqual(['run 2', 'run 2'])
  later()
  expect(f(1)).toBe('run 2')
})

/** A process whose timers fire when the test says so. */
function ownTimers() {
  const timers: (() => void)[] = []
  const { persist, hooks } = harness({
    later: (_ms, act) => {
      timers.push(act)
      return () => {}
    },
  })
  return {
    persist,
    hooks,
    later() {
      for (const act of timers.splice(0)) act()
    },
  }
}
