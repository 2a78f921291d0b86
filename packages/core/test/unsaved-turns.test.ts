import { memoryStore } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { expect, it } from 'vitest'
import { asOtherProcess, gate, harness, runPending } from './harness.ts'
import { unreliable } from './unreliable-store.ts'

function setup(options: object = {}) {
  const store = delayed(memoryStore())
  const timers = new Set<() => void>()
  const { persist, report, eventNames } = harness({
    later: (_ms: number, act: () => void) => {
      timers.add(act)
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
  return { f, other, persist, cache, report, state, runs, eventNames, timers, back, writing }
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
