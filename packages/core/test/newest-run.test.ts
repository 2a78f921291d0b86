import { memoryStore, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, chunksOf, gate, harness, inBothModes, runPending, withMethods } from './harness.ts'

inBothModes('two runs with one key', (makeStore) => {
  /** Two runs, each with its own gate. */
  function two(singleFlight: 'shared' | 'process' | false, places: (cache: StoreAdapter) => StoreAdapter[]) {
    const { persist } = harness()
    const gates = [gate(), gate()]
    let runs = 0
    const fn = async () => {
      const run = runs++
      await gates[run]!.passed
      return run
    }
    const [one, other] = places(makeStore()).map((cache) => persist(fn, { funcname: 'f', cache, singleFlight }))
    return { one: one!, other: other!, gates }
  }
  const inOne = (cache: StoreAdapter) => [cache, cache]
  const inTwo = (cache: StoreAdapter) => [cache, asOtherProcess(cache)]

  async function backwards({ one, other, gates }: ReturnType<typeof two>) {
    const older = one()
    await runPending()
    const newer = other()
    await runPending()
    gates[1]!.open()
    expect(await newer).toBe(1)
    gates[0]!.open()
    expect(await older).toBe(0)
    return other.peek()
  }

  it('in one process without single flight store the result of the later one, also if it ends first', async () => {
    const { one, gates } = two(false, inOne)
    expect(await backwards({ one, other: one, gates })).toBe(1)
  })

  it.each(['process', false] as const)(
    "in two wrappings of one process with singleFlight '%s' too",
    async (singleFlight) => {
      expect(await backwards(two(singleFlight, inOne))).toBe(1)
    },
  )

  it('do so too if the caller of the older one has left', async () => {
    const { one, gates } = two('process', inOne)
    const controller = new AbortController()
    const older = one.with({ signal: controller.signal })()
    await runPending()
    controller.abort(new Error('left'))
    await expect(older).rejects.toThrow('left')
    const newer = one()
    await runPending()
    gates[1]!.open()
    await newer
    gates[0]!.open()
    await runPending()
    expect(await one.peek()).toBe(1)
  })

  it.each(['process', false] as const)("do so too as iterations, with singleFlight '%s'", async (singleFlight) => {
    const { persist } = harness()
    const gates = [gate(), gate()]
    let runs = 0
    const numbers = async function* () {
      const run = runs++
      yield run
      await gates[run]!.passed
    }
    const cache = makeStore()
    const [one, other] = [cache, cache].map((cache) => persist(numbers, { funcname: 'f', cache, singleFlight }))
    const older = chunksOf(one!())
    await runPending()
    const newer = chunksOf(other!())
    await runPending()
    gates[1]!.open()
    expect(await newer).toEqual([1])
    // The older iteration still runs. A call that begins now does not follow it.
    const later = chunksOf(one!())
    await runPending()
    gates[0]!.open()
    expect([await older, await later]).toEqual([[0], [1]])
    expect(await one!.peek()).toEqual([1])
  })

  describe.each(['process', false] as const)("in two processes with singleFlight '%s'", (singleFlight) => {
    it('store the result of the one that ends last', async () => {
      expect(await backwards(two(singleFlight, inTwo))).toBe(0)
    })
  })
})

it.each([
  ['has the lease', false],
  ['has the lease, and fails', true],
  ['is taking the lease', false],
  ['is taking the lease, and fails', true],
])('an iteration that ends while a refresh %s leaves its chunks to the refresh', async (what, fails) => {
  const [taken, ...gates] = [gate(), gate(), gate()]
  const inner = delayed(memoryStore())
  const store = inner.open('f')
  const lease = async (...args: Parameters<NonNullable<typeof store.lease>>) => {
    const reply = await store.lease!(...args)
    if (args[2]?.steal === true) await taken.passed
    return reply
  }
  const cache = withMethods(inner, { lease })
  let runs = 0
  const numbers = async function* () {
    const run = runs++
    await gates[run]!.passed
    if (fails && run === 1) throw new Error('refresh')
    yield run
  }
  const { persist } = harness()
  const [one, other] = [cache, cache].map((cache) => persist(numbers, { funcname: 'f', cache }))
  const refresh = Promise.resolve(one!.refresh())
  refresh.catch(() => {})
  await runPending()
  const older = chunksOf(other!())
  await runPending()
  if (what.startsWith('has')) taken.open()
  await runPending()
  gates[0]!.open()
  await runPending()
  taken.open()
  expect(await older).toEqual([0])
  gates[1]!.open()
  if (fails) await expect(refresh).rejects.toThrow('refresh')
  else expect(await refresh).toEqual([1])
  await runPending()
  expect(await other!.peek()).toEqual([fails ? 0 : 1])
})

it.each(['clear', 'refresh'] as const)(
  'memory does not serve an older result than that of a refresh which is not stored, since another process made a %s meanwhile',
  async (change) => {
    const store = delayed(memoryStore())
    const wrap = (name: string, cache: StoreAdapter) => {
      const gates: (() => void)[] = []
      const f = harness().persist(
        async (_x: number) => {
          const { open, passed } = gate()
          const number = gates.push(open)
          await passed
          return `${name} ${number}`
        },
        { funcname: 'f', cache, memory: true },
      )
      return { f, gates }
    }
    const { f, gates } = wrap('run', store)
    const other = wrap('other', asOtherProcess(store))
    const first = f(1)
    await runPending()
    gates[0]!()
    expect(await first).toBe('run 1')
    const refresh = f.refresh(1)
    await runPending()
    const changed = change === 'clear' ? other.f.clear() : other.f.refresh(1)
    await runPending()
    gates[1]!()
    expect(await refresh).toBe('run 2')
    for (const end of other.gates) end()
    await changed
    const last = f(1)
    await runPending()
    gates[2]?.()
    expect(await last).toBe(change === 'clear' ? 'run 3' : 'other 1')
    expect(gates).toHaveLength(change === 'clear' ? 3 : 2)
  },
)
