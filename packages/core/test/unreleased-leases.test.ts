import { memoryStore, type Options, StoreError } from '@persist/core'
import type { Lease, LeaseOptions } from '@persist/store'
import { expect, it } from 'vitest'
import { gate, harness, inBothModes, runPending, withMethods } from './harness.ts'

inBothModes('a lease that could neither be published nor released', (makeStore, mode) => {
  it.each(['report', 'throw'] as const)(
    'is taken over by the next call, which waits for nothing, with onStoreError: %s',
    async (onStoreError) => {
      const inner = makeStore()
      const store = inner.open('f')
      let isDown = true
      const failing = (act: () => unknown) => () => {
        if (!isDown) return act()
        const error = new StoreError('ERR_PERSIST_STORE', 'no answer', { store: 'x' })
        if (mode === 'sync') throw error
        return Promise.reject(error)
      }
      const broken = (lease: Lease | undefined) =>
        lease && {
          id: lease.id,
          publish: (entry: never) => failing(() => lease.publish(entry))(),
          release: failing(() => lease.release()),
          renew: (ms: number) => lease.renew(ms),
        }
      const lease = (hash: string, ms: number, options: LeaseOptions) => {
        const reply = store.lease!(hash, ms, options)
        return reply instanceof Promise ? reply.then(broken) : broken(reply as Lease | undefined)
      }
      const waits: number[] = []
      let now = 0
      const pass = (ms: number) => {
        waits.push(ms)
        now += ms
      }
      const { persist } = harness({ sleepSync: pass, sleep: async (ms) => pass(ms), monotonic: () => now })
      let runs = 0
      const cache = withMethods(inner, { lease })
      const f = persist((x: number) => 2 * x + 0 * ++runs, { funcname: 'f', cache, waitTimeout: 100, onStoreError })
      const first = new Promise((resolve) => resolve(f(1)))
      if (onStoreError === 'throw') await expect(first).rejects.toThrow('no answer')
      else expect(await first).toBe(2)
      isDown = false
      expect(await f(1)).toBe(2)
      expect(await f(1)).toBe(2)
      expect({ runs, waits }).toEqual({ runs: 2, waits: [] })
    },
  )
})

it('a lease that could not be released gives a run that began before a deletion no right to store', async () => {
  const inner = memoryStore()
  const store = inner.open('f')
  let isDown = false
  const failing = (act: () => unknown) => () => {
    if (isDown) throw new StoreError('ERR_PERSIST_STORE', 'no answer', { store: 'x' })
    return act()
  }
  const lease = (hash: string, ms: number, options: LeaseOptions) => {
    const taken = store.lease!(hash, ms, options)
    return (
      taken && {
        id: taken.id,
        publish: (entry: never) => failing(() => taken.publish(entry))(),
        release: failing(() => taken.release()),
        renew: (ms: number) => taken.renew(ms),
      }
    )
  }
  let now = 0
  const sleep = async (ms: number) => {
    now += ms
  }
  const { persist } = harness({ sleep, monotonic: () => now })
  const older = gate()
  let runs = 0
  const fn = async (_: number) => {
    const run = ++runs
    if (run === 2) throw new Error('run 2')
    await older.passed
    return run
  }
  const options = { funcname: 'f', cache: withMethods(inner, { lease }), hash: () => 'h', waitTimeout: 10 }
  store.lease!('h', 1_000_000)
  const first = persist(fn, options)(1)
  await runPending()
  store.delete('h')
  isDown = true
  await expect(persist(fn, options)(1)).rejects.toThrow('run 2')
  isDown = false
  older.open()
  expect(await first).toBe(1)
  expect(store.get('h')).toBeUndefined()
})

inBothModes('a lease is released if the lookup after it fails', (makeStore, mode) => {
  /** A function over a store of which the second lookup fails. */
  function withFailingLookup(options: Partial<Options>) {
    const inner = makeStore()
    const store = inner.open('f')
    let lookups = 0
    const get = (hash: string) => {
      if (++lookups !== 2) return store.get(hash)
      const error = new StoreError('ERR_PERSIST_STORE', 'no answer', { store: 'x' })
      if (mode === 'sync') throw error
      return Promise.reject(error)
    }
    let now = 0
    const waits: number[] = []
    const pass = (ms: number) => {
      waits.push(ms)
      now += ms
    }
    const { persist } = harness({
      sleepSync: pass,
      sleep: async (ms) => pass(ms),
      monotonic: () => now,
      now: () => now,
    })
    const cache = withMethods(inner, { get })
    const f = persist(async (x: number) => 2 * x, { funcname: 'f', cache, onStoreError: 'throw', ...options })
    return { f, waits, pass, lookFrom: (count: number) => (lookups = count) }
  }

  it('so that the next call waits for nothing', async () => {
    const { f, waits } = withFailingLookup({ waitTimeout: 100 })
    await expect(f(1)).rejects.toThrow('no answer')
    expect(await f(1)).toBe(2)
    expect(waits).toEqual([])
  })

  it('so that the next background refresh is not refused', async () => {
    const { f, pass, lookFrom } = withFailingLookup({ ttl: 10, staleWhileRevalidate: '1h' })
    lookFrom(2)
    await f(1)
    pass(1_000)
    lookFrom(0)
    await f(1)
    await runPending()
    pass(5_000)
    await f(1)
    await runPending()
    expect(await f.has(1)).toBe(true)
  })
})
