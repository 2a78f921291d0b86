import type { StoreAdapter } from '@persist/core'
import { describe, expect, it } from 'vitest'
import { elsewhere, gate, inBothColours, lab, turns } from './lab.ts'

inBothColours('of two runs with one key', (makeStore) => {
  /** Two runs, each with a gate of its own. */
  function two(singleFlight: 'shared' | 'process' | false, places: (cache: StoreAdapter) => StoreAdapter[]) {
    const { persist } = lab()
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
  const inTwo = (cache: StoreAdapter) => [cache, elsewhere(cache)]

  async function backwards({ one, other, gates }: ReturnType<typeof two>) {
    const older = one()
    await turns()
    const newer = other()
    await turns()
    gates[1]!.open()
    expect(await newer).toBe(1)
    gates[0]!.open()
    expect(await older).toBe(0)
    return other.peek()
  }

  it('in one process without single flight, the one that began last stays, also where it ends first', async () => {
    const { one, gates } = two(false, inOne)
    expect(await backwards({ one, other: one, gates })).toBe(1)
  })

  describe.each(['process', false] as const)("in two processes with singleFlight '%s'", (singleFlight) => {
    it('the one that ends last stays', async () => {
      expect(await backwards(two(singleFlight, inTwo))).toBe(0)
    })
  })
})
