import { expect, it } from 'vitest'
import { asOtherProcess, harness, inBothModes } from './harness.ts'
import { manualTimers } from './manual-timers.ts'
import { unreliable } from './unreliable-store.ts'

inBothModes('put while the store is away', (makeStore) => {
  function setup(options: object = {}) {
    const timers = manualTimers()
    const { persist, advance, report, eventNames } = harness({ later: timers.later })
    const store = makeStore()
    const { cache, state } = unreliable(store)
    const f = persist(async (x: number): Promise<string> => `computed ${x}`, {
      funcname: 'f',
      cache,
      report,
      ...options,
    })
    const elsewhere = harness()
    const other = elsewhere.persist(async (x: number) => `other ${x}`, {
      funcname: 'f',
      cache: asOtherProcess(store),
      ...options,
    })
    const pass = (ms: number) => {
      advance(ms)
      elsewhere.advance(ms)
    }
    const back = async () => {
      state.isDown = false
      for (let turn = 0; turn < 4; turn++) await timers.pass()
    }
    return { f, other, state, pass, back, eventNames }
  }
  type Put = ReturnType<typeof setup>['f']

  it.each([true, false])(
    'stores its value when the store is back, if there was an entry before: %s',
    async (isThere) => {
      const { f, other, state, pass, back } = setup()
      if (isThere) await f(1)
      pass(1_000)
      state.isDown = true
      await f.put('put', 1)
      await back()
      expect([await f(1), await other.peek(1)]).toEqual(['put', 'put'])
    },
  )

  it('lets no earlier value come back, also if the store is away for too long to store the new one', async () => {
    const { f, other, state, pass, back, eventNames } = setup()
    await f(1)
    pass(1_000)
    state.isDown = true
    await f.put('put', 1)
    pass(61_000)
    await back()
    expect(await other.has(1)).toBe(false)
    expect(eventNames()).toContain('skip unavailable')
  })

  it('is stronger than the result of a call that follows, which would have returned its value', async () => {
    const { f, other, state, pass, back } = setup()
    state.isDown = true
    await f.put('put', 1)
    pass(1_000)
    expect(await f(1)).toBe('computed 1')
    await back()
    expect(await other.peek(1)).toBe('put')
  })

  it.each([
    ['a refresh', (f: Put) => f.refresh(1), 'computed 1'],
    ['a call that accepts no older result', (f: Put) => f.with({ maxAge: 500 })(1), 'computed 1'],
    ['a second put', (f: Put) => f.put('again', 1), 'again'],
    ['forget', (f: Put) => f.forget(1), undefined],
    ['forget and a call', async (f: Put) => [await f.forget(1), await f(1)], 'computed 1'],
  ] as const)('gives way to %s', async (_, act, left) => {
    const { f, other, state, pass, back } = setup()
    state.isDown = true
    await f.put('put', 1)
    pass(1_000)
    await act(f)
    await back()
    expect(await other.peek(1)).toBe(left)
  })

  it('gives way to a refresh that follows in the same millisecond', async () => {
    const { f, other, state, back } = setup()
    state.isDown = true
    await f.put('put', 1)
    expect(await f.refresh(1)).toBe('computed 1')
    await back()
    expect([await f(1), await other.peek(1)]).toEqual(['computed 1', 'computed 1'])
  })

  it('gives way to a call if its value has expired', async () => {
    const { f, other, state, pass, back } = setup({ ttl: 500 })
    state.isDown = true
    await f.put('put', 1)
    pass(1_000)
    await f(1)
    await back()
    expect(await other.peek(1)).toBe('computed 1')
  })

  it('does not replace a result that another process has stored since', async () => {
    const { f, other, state, pass, back } = setup()
    state.isDown = true
    await f.put('put', 1)
    pass(1_000)
    await other(1)
    await back()
    expect(await f(1)).toBe('other 1')
  })

  it('is not made again if the caller gets the error of the store', async () => {
    const { f, other, state, back } = setup({ onStoreError: 'throw' })
    state.isDown = true
    await expect(async () => f.put('put', 1)).rejects.toThrow()
    await back()
    expect(await other.has(1)).toBe(false)
  })
})
