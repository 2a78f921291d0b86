import { memoryStore, type StoreAdapter, StoreError } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { expect, test } from 'vitest'
import { asOtherProcess, gate, harness, runPending, withMethods, withoutLeases } from './harness.ts'
import { unreliable } from './unreliable-store.ts'

/** A function whose runs end when the test says so, over a store that the test can take away. */
function setup(store: StoreAdapter = delayed(memoryStore()), options: object = {}) {
  const timers = new Set<() => void>()
  const { persist, advance } = harness({
    later: (ms: number, act: () => void) => {
      // Nothing here takes minutes.
      if (ms < 60_000) timers.add(act)
      return () => timers.delete(act)
    },
  })
  const { cache, state } = unreliable(store)
  const runs: (() => void)[] = []
  const failing = new Set<number>()
  const compute = async (_x: number) => {
    const { open, passed } = gate()
    const number = runs.push(open)
    await passed
    if (failing.has(number)) throw new Error('failed')
    return `run ${number}`
  }
  const wrap = () => persist(compute, { funcname: 'f', cache, ...options })
  const f = wrap()
  const other = harness().persist(async (_: number) => 'other', {
    funcname: 'f',
    cache: asOtherProcess(store),
    ...options,
  })
  const end = async (number: number) => {
    // Within one millisecond the order of the runs would not be known.
    advance(10)
    runs[number - 1]!()
    await runPending()
  }
  const fail = (number: number) => {
    failing.add(number)
    return end(number)
  }
  const begin = async <T>(act: () => Promise<T>) => {
    const call = act()
    await runPending()
    return { call }
  }
  const away = () => {
    state.isDown = true
  }
  const back = async () => {
    state.isDown = false
    const acts = [...timers]
    timers.clear()
    for (const act of acts) act()
    await runPending()
  }
  const stored = async (text: string) => {
    await other.put(text, 1)
    advance(10)
  }
  return { f, other, wrap, begin, end, fail, away, back, stored, advance, state }
}

test('a run that got no lease since the store was away stores nothing over the result of a refresh that began when the store was back', async () => {
  const { f, other, begin, end, away, back } = setup()
  away()
  const { call } = await begin(() => f(1))
  await back()
  const { call: refresh } = await begin(() => f.refresh(1))
  await end(1)
  expect(await call).toBe('run 1')
  await end(2)
  expect([await refresh, await f(1), await other(1)]).toEqual(['run 2', 'run 2', 'run 2'])
})

test('the result of a run that got no lease is stored if a refresh that began later fails', async () => {
  const { f, other, begin, end, fail, away, back } = setup()
  away()
  const { call } = await begin(() => f(1))
  await back()
  const { call: refresh } = await begin(() => f.refresh(1))
  await end(1)
  expect(await call).toBe('run 1')
  const failed = expect(refresh).rejects.toThrow('failed')
  await fail(2)
  await failed
  expect([await f(1), await other(1)]).toEqual(['run 1', 'run 1'])
})

test('a refresh that begins while the result of a run that got no lease is being written takes its lease after that', async () => {
  const { f, other, begin, end, away, back, state } = setup()
  away()
  const { call } = await begin(() => f(1))
  await back()
  const written = gate()
  state.at.set = () => written.passed
  await end(1)
  const { call: refresh } = await begin(() => f.refresh(1))
  written.open()
  expect(await call).toBe('run 1')
  await runPending()
  await end(2)
  expect([await refresh, await f(1), await other(1)]).toEqual(['run 2', 'run 2', 'run 2'])
})

test.each([
  ['with leases', () => delayed(memoryStore())],
  ['without leases', () => withoutLeases(delayed(memoryStore()))],
])(
  'the result of a refresh that waits for a store %s replaces that of a run which began before the refresh and ended after its begin',
  async (_what, makeStore) => {
    const { f, other, begin, end, away, back } = setup(makeStore())
    away()
    const { call } = await begin(() => f(1))
    const { call: refresh } = await begin(() => f.refresh(1))
    await end(1)
    expect(await call).toBe('run 1')
    await back()
    expect(await other.peek(1)).toBe('run 1')
    away()
    await f.peek(2)
    await end(2)
    expect(await refresh).toBe('run 2')
    await back()
    expect([await f.peek(1), await other.peek(1)]).toEqual(['run 2', 'run 2'])
  },
)

test('the result of a refresh is served in place of the entry that it replaces, while it waits for a lease of which the reply was lost', async () => {
  const store = delayed(memoryStore())
  const lost = { next: false }
  const cache = withMethods(store, {
    lease: async (...args: never[]) => {
      const reply = await (store.open('f').lease as (...args: never[]) => Promise<unknown>)(...args)
      if (!lost.next) return reply
      lost.next = false
      state.isDown = true
      throw new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', 'no reply', { store: 'memory' })
    },
  })
  const { f, begin, end, back, stored, state } = setup(cache)
  await stored('old')
  expect(await f(1)).toBe('old')
  lost.next = true
  const { call } = await begin(() => f.refresh(1))
  await end(1)
  expect(await call).toBe('run 1')
  await back()
  const many = await f.many([[1]])
  expect([await f(1), await f.peek(1), many]).toEqual(['run 1', 'run 1', ['run 1']])
})

test('a later result of another wrapping replaces what the refresh that it takes the place of was to replace', async () => {
  const { f, wrap, other, begin, end, away, back, stored } = setup()
  await stored('old')
  const again = wrap()
  away()
  const { call: refresh } = await begin(() => f.refresh(1))
  const { call } = await begin(() => again(1))
  await end(2)
  expect(await call).toBe('run 2')
  await end(1)
  expect(await refresh).toBe('run 1')
  await back()
  expect([await f(1), await other(1)]).toEqual(['run 2', 'run 2'])
})

test('a run that got no lease leaves its result to no call that has the lease and finds a stored result', async () => {
  const { f, wrap, other, begin, end, away, back, stored, state } = setup()
  await stored('old')
  const again = wrap()
  away()
  const { call: refresh } = await begin(() => f.refresh(1))
  await back()
  // The call takes the lease, since it cannot read the entry at first.
  const looked = gate()
  state.next = 'busy'
  state.at.get = () => looked.passed
  const { call } = await begin(() => again(1))
  await end(1)
  looked.open()
  expect(await refresh).toBe('run 1')
  await call
  expect([await f(1), await other(1)]).toEqual(['run 1', 'run 1'])
})

test('a result that the store writes late, after the deletion that fenced its run, is deleted when the store is back', async () => {
  const { f, other, begin, end, away, back, state } = setup()
  const { call } = await begin(() => f(1))
  const written = gate()
  state.next = 'no reply'
  state.at.publish = () => written.passed
  await end(1)
  away()
  await f.clear()
  await back()
  written.open()
  expect(await call).toBe('run 1')
  await runPending()
  await back()
  expect(await other.peek(1)).toBeUndefined()
})
