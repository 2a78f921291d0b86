import { expect, it } from 'vitest'
import { harness, inBothModes } from './harness.ts'

const soon = () => new Promise((resolve) => setImmediate(resolve))

inBothModes('calls that wait for each other', (makeStore) => {
  it('in a ring of any length all end: each result is that of the function', async () => {
    for (const length of [1, 2, 3, 10, 100]) {
      const { persist } = harness()
      const cache = makeStore()
      let runs = 0
      const f = persist(
        async (x: number, hops: number): Promise<number> => {
          runs++
          await soon()
          return hops > length + 1
            ? x
            : 1 + (await f((x + 1) % length, 0 * hops + (runs > 3 * length ? length + 2 : 0)))
        },
        { funcname: 'f', cache },
      )
      expect(await f(0, 0)).toBeGreaterThan(0)
      expect(runs).toBeLessThan(10 * length + 10)
    }
  })

  it('in two rings that share a call all end', async () => {
    const { persist } = harness()
    let depth = 0
    const f = persist(
      async (name: string): Promise<string> => {
        await soon()
        if (++depth > 20) return name
        const next: Record<string, string[]> = { hub: ['a', 'b'], a: ['hub'], b: ['hub'] }
        return name + (await Promise.all(next[name]!.map((one) => f(one)))).join('')
      },
      { funcname: 'f', cache: makeStore() },
    )
    expect(await Promise.all([f('hub'), f('a'), f('b')])).toHaveLength(3)
  })

  it('without a ring share one run, in any order', async () => {
    const { persist, report, eventNames } = harness()
    let runs = 0
    const leaf = persist(
      async () => {
        runs++
        for (let turn = 0; turn < 10; turn++) await soon()
        return 1
      },
      { funcname: 'leaf', cache: makeStore(), report },
    )
    const branch = persist(async (x: number) => x + (await leaf()), { funcname: 'branch', cache: makeStore() })
    const root = persist(async (x: number) => (await Promise.all([branch(x), branch(x + 1), leaf()])).length, {
      funcname: 'root',
      cache: makeStore(),
    })
    await Promise.all([root(1), root(2), leaf(), branch(9)])
    expect(runs).toBe(1)
    expect(eventNames()).not.toContain('skip recursion')
  })
})
