import { randomUUID } from 'node:crypto'
import { createPersist } from '@persist/core'
import type { StoreAdapter } from '@persist/store'
import { expect, test } from 'vitest'
import { Child } from '../support/child.ts'

const BOUND = 40
const ROUNDS = 8

/** A process with a clock that is years ahead fills a bounded cache; then the clocks are right again. */
export function clockAheadCase(url: () => string, adapter: (url: string) => StoreAdapter): void {
  test('after a clock that was years ahead a bounded cache caches what is called now, and stays bounded', async () => {
    const funcname = `f-${randomUUID()}`
    const child = new Child(new URL('children/ahead.mjs', import.meta.url), url(), funcname, BOUND)
    await child.says('done')
    expect(await child.ended).toBe(0)
    const cache = adapter(url())
    const persist = createPersist({ env: {} })
    let runs = 0
    const f = persist(async (n: number) => ++runs && n, { funcname, cache, maxEntries: BOUND })
    // Calls a few things over and over, with others in between, and leaves time for the background. All fit the bound.
    const again = [1, 2, 3, 4, 5]
    for (let round = 0; round < ROUNDS; round++) {
      for (const n of again) await f(n)
      for (let other = 0; other < 4; other++) await f(1000 + 10 * round + other)
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(runs, 'nothing of what is called over and over ran again').toBe(again.length + ROUNDS * 4)
    // And the bound is kept, though a clock ahead has noted when that was last seen to.
    const entries = async () => (await cache.open(funcname).stats()).entries
    for (let other = 0; (await entries()) > 1.25 * BOUND; other++) {
      expect(other, 'writes without an eviction').toBeLessThan(300)
      await f(5000 + other)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await cache.close()
  })
}
