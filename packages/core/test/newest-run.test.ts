import type { StoreAdapter } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, gate, harness, inBothModes, runPending } from './harness.ts'

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

  describe.each(['process', false] as const)("in two processes with singleFlight '%s'", (singleFlight) => {
    it('store the result of the one that ends last', async () => {
      expect(await backwards(two(singleFlight, inTwo))).toBe(0)
    })
  })
})
