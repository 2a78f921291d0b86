import { memoryStore, type Store, type StoreAdapter, StoreError } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { expect, it } from 'vitest'
import { asOtherProcess, gate, harness, runPending, withMethods } from './harness.ts'
import { unreliable } from './unreliable-store.ts'

function setup(options: object = {}, store: StoreAdapter = delayed(memoryStore())) {
  const timers = new Set<() => void>()
  const { persist, report, eventNames, advance } = harness({
    later: (ms: number, act: () => void) => {
      // Nothing here takes minutes.
      if (ms < 60_000) timers.add(act)
      return () => timers.delete(act)
    },
  })
  const { cache, state } = unreliable(store)
  const runs = { count: 0, fails: false }
  const f = persist(
    async (x: number) => {
      const run = ++runs.count
      if (runs.fails) throw new Error('failed')
      return `run ${run} of ${x}`
    },
    { funcname: 'f', cache, report, ...options },
  )
  const compute = async (x: number) => `other process, ${x}`
  const other = harness().persist(compute, { funcname: 'f', cache: asOtherProcess(store) })
  /** The store is back. */
  const back = async () => {
    state.isDown = false
    const acts = [...timers]
    timers.clear()
    for (const act of acts) act()
    await runPending()
  }
  /** A result that waits for its store is being written, until the returned function is called. */
  const writing = async () => {
    state.isDown = true
    await f(1)
    const { open, passed } = gate()
    state.at.publish = () => passed
    await back()
    return open
  }
  return { f, other, persist, cache, report, state, runs, eventNames, advance, timers, back, writing }
}

it('a call that begins while a kept result is being stored waits for it, and gets it', async () => {
  const { f, runs, writing } = setup()
  const goOn = await writing()
  const call = f(1)
  await runPending()
  goOn()
  expect([await call, runs.count]).toEqual(['run 1 of 1', 1])
})

it('a refresh that begins while a kept result is being stored, and fails, neither loses it nor leaves a lease', async () => {
  const { f, other, runs, timers, writing } = setup()
  const goOn = await writing()
  runs.fails = true
  const refresh = expect(f.refresh(1)).rejects.toThrow('failed')
  await runPending()
  goOn()
  await refresh
  await runPending()
  expect([await other(1), timers.size]).toEqual(['run 1 of 1', 0])
})

it('a refresh that begins while a kept result is being stored takes its place', async () => {
  const { f, other, writing } = setup()
  const goOn = await writing()
  const refresh = f.refresh(1)
  await runPending()
  goOn()
  expect([await refresh, await other(1)]).toEqual(['run 2 of 1', 'run 2 of 1'])
})

it('a call of a function with trace waits for the result of a function that it calls, while that is being stored', async () => {
  const { persist, cache, state, advance, back } = setup()
  let data = 'old'
  const inner = persist(async (x: number) => `${data} ${x}`, { funcname: 'inner', cache, trace: true })
  const outer = persist(async (x: number) => `${await inner(x)}!`, { funcname: 'outer', cache, trace: true })
  expect(await outer(1)).toBe('old 1!')
  advance(1_000)
  state.isDown = true
  data = 'new'
  expect(await inner.refresh(1)).toBe('new 1')
  const { open, passed } = gate()
  state.at.publish = () => passed
  await back()
  const call = outer(1)
  await runPending()
  open()
  expect(await call).toBe('new 1!')
})

it('results whose validate calls another function do not wait for each other', async () => {
  const { persist, cache, state, back } = setup()
  const inner = persist(async (_: number) => true, { funcname: 'inner', cache })
  const validate = async (value: unknown) => ((await inner(Number(value))) ? { value } : { issues: [{ message: '' }] })
  const schema = { '~standard': { version: 1, vendor: 'test', validate } } as const
  const outer = persist(async (x: number) => x, { funcname: 'outer', cache, validate: schema })
  const all = Array.from({ length: 20 }, (_, x) => x)
  for (const x of all) await outer(x)
  state.isDown = true
  for (const x of all) await outer(x)
  for (const x of all) await inner(x)
  await back()
  expect(await Promise.all(all.map((x) => outer(x)))).toEqual(all)
})

it('a result is kept if the store is unavailable for a moment only, while an earlier result of the call is being written', async () => {
  const { persist, cache, state, back } = setup()
  const runs = [gate(), gate()]
  let count = 0
  const compute = async (_: number) => {
    const run = count++
    await runs[run]!.passed
    return `run ${run}`
  }
  const g = persist(compute, { funcname: 'g', cache, tags: () => ['t'] })
  const first = g.refresh(1)
  await runPending()
  const second = g.refresh(1)
  await runPending()
  const write = gate()
  state.at.publish = () => write.passed
  runs[0]!.open()
  await runPending()
  state.at.hasDeleted = () => {
    state.at = {}
    throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'no reply', { store: 'test' })
  }
  runs[1]!.open()
  await runPending()
  await back()
  write.open()
  expect([await first, await second]).toEqual(['run 0', 'run 1'])
  await back()
  expect(await g.peek(1)).toBe('run 1')
})

it('a result that learns late that a later run had the lease does not take the place of its result', async () => {
  const replies: { until?: Promise<void> } = {}
  const store = withMethods(delayed(memoryStore()), {
    async lease(this: Store<'async'>, hash: string, ms: number, options?: object) {
      const lease = await this.lease!(hash, ms, options)
      if (lease === undefined) await replies.until
      return lease
    },
  })
  const { persist, cache, state, back } = setup({}, store)
  const first = persist(async (x: number) => x, { funcname: 'first', cache })
  const running = gate()
  let count = 0
  const compute = async (_: number) => {
    const run = ++count
    if (run > 1) await running.passed
    return `run ${run}`
  }
  const g = persist(compute, { funcname: 'g', cache })
  state.isDown = true
  for (let x = 0; x < 8; x++) await first(x)
  expect(await g(1)).toBe('run 1')
  const writes = gate()
  state.at.publish = () => writes.passed
  await back()
  const refreshed = g.refresh(1)
  await runPending()
  const reply = gate()
  replies.until = reply.passed
  state.at = {}
  writes.open()
  await runPending()
  state.isDown = true
  running.open()
  expect(await refreshed).toBe('run 2')
  reply.open()
  await runPending()
  for (let time = 0; time < 3; time++) await back()
  expect(await g.peek(1)).toBe('run 2')
})

it('keys count for the size of kept results, and results that are given up are reported', async () => {
  const { persist, state, cache, report, back, eventNames } = setup()
  const g = persist(async (_key: string) => 'x'.repeat(21 * 1024 * 1024), { funcname: 'g', cache, report })
  state.isDown = true
  for (const character of 'abc') await g(character.repeat(1_000_000))
  await back()
  const names = eventNames()
  const count = (name: string) => names.filter((other) => other === name).length
  expect([count('write'), count('skip unavailable')]).toEqual([2, 1])
})
