import type { StoreAdapter } from '@persist/store'
import { bootClock } from '@persist/store/holder'
import { expect, test } from 'vitest'

const LEASE_MS = 1_000
const MOST = 15
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Another host has died with a lease; it is asked for by one process after the other, none of which lives as long. */
export function shortLivedCase(
  adapter: () => StoreAdapter,
  die: (funcname: string, hashes: readonly string[], ms: number) => Promise<void> | void,
): void {
  test.runIf(bootClock() !== undefined)(
    'askers that live a tenth of the time of a dead lease take it when they have seen it for its time together',
    async () => {
      await die('brief', ['h'], LEASE_MS)
      const began = performance.now()
      for (let askers = 1; ; askers++) {
        expect(askers).toBeLessThan(MOST)
        if (await takes(adapter())) break
        await pause(LEASE_MS / 4)
      }
      expect(performance.now() - began).toBeGreaterThanOrEqual(LEASE_MS)
    },
  )

  /** Asks for a tenth of the time. */
  async function takes(cache: StoreAdapter): Promise<boolean> {
    const store = cache.open('brief')
    try {
      for (let looks = 0; looks < 5; looks++) {
        const lease = await store.lease!('h', LEASE_MS)
        if (lease !== undefined) return await lease.publish({ hash: 'h', payload: '1', createdAt: 1 })
        await pause(LEASE_MS / 50)
      }
      return false
    } finally {
      await cache.close?.()
    }
  }
}
