import { memoryStore } from '@persist/core'
import type { LeaseOptions } from '@persist/store'
import { expect, it } from 'vitest'
import { chunksOf, gate, harness, inBothModes, runPending, withMethods } from './harness.ts'

it.each(['the reply to its request for the lease', 'the second lookup'])(
  'a refresh that fails returns the lease to a call that waits for %s',
  async (awaited) => {
    const [replied, found, refreshed] = [gate(), gate(), gate()]
    const inner = memoryStore()
    const store = inner.open('f')
    let lookups = 0
    const get = async (hash: string) => {
      if (++lookups === 2) await found.passed
      return store.get(hash)
    }
    const take = async (hash: string, ms: number, options: LeaseOptions) => {
      const lease = store.lease!(hash, ms, options)
      if (options.steal === undefined) await replied.passed
      return lease && { ...lease, foundNothing: false }
    }
    const cache = { ...withMethods(inner, { get, lease: take }), mode: 'async' as const }
    const { persist } = harness()
    let runs = 0
    const fn = async () => {
      if (runs++ > 0) return 'called'
      await refreshed.passed
      throw new Error('refreshed')
    }
    const f = persist(fn, { funcname: 'f', cache })
    if (awaited === 'the second lookup') replied.open()
    const called = f()
    await runPending()
    const refresh = f.refresh()
    refresh.catch(() => {})
    await runPending()
    for (const { open } of [replied, refreshed, found]) {
      open()
      await runPending()
    }
    await expect(refresh).rejects.toThrow('refreshed')
    expect(await called).toBe('called')
    expect(await f.peek()).toBe('called')
  },
)

it.each(['fails', 'is left'])(
  'an iteration is stored if the one that had the lease when it began %s, in another wrapping',
  async (end) => {
    const [first, second] = [gate(), gate()]
    const gates = [first, second]
    const { persist } = harness()
    let runs = 0
    const chunks = async function* () {
      const run = runs++
      yield run
      await gates[run]!.passed
      if (run === 0) throw new Error('failed')
      yield run
    }
    const options = { funcname: 'f', cache: memoryStore() }
    const [one, other] = [persist(chunks, options), persist(chunks, options)]
    const left = one()
    await left.next()
    const stored = chunksOf(other())
    await runPending()
    if (end === 'is left') await left.return(undefined)
    first.open()
    if (end === 'fails') await expect(left.next()).rejects.toThrow('failed')
    await runPending()
    second.open()
    expect(await stored).toEqual([1, 1])
    await runPending()
    expect(await other.peek()).toEqual([1, 1])
  },
)

inBothModes('a run that no longer waited for one of another wrapping', (makeStore) => {
  it('is stored if the other one fails before it ends', async () => {
    const [first, second] = [gate(), gate()]
    const gates = [first, second]
    let now = 0
    const { persist } = harness({
      monotonic: () => now,
      sleep: async (ms) => {
        now += ms
      },
    })
    let runs = 0
    const fn = async () => {
      const run = runs++
      await gates[run]!.passed
      if (run === 0) throw new Error('failed')
      return run
    }
    const options = { funcname: 'f', cache: makeStore(), waitTimeout: 10 }
    const [one, other] = [persist(fn, options), persist(fn, options)]
    const failing = one()
    failing.catch(() => {})
    await runPending()
    const stored = other()
    await runPending(80)
    expect(runs).toBe(2)
    first.open()
    await expect(failing).rejects.toThrow('failed')
    await runPending()
    second.open()
    expect(await stored).toBe(1)
    expect(await other.peek()).toBe(1)
  })
})
