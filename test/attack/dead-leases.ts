import { createPersist, type PersistEvent } from '@persist/core'
import type { StoreAdapter } from '@persist/store'
import { expect, test } from 'vitest'

const LEASE_MS = 1_000

/** Another host has died with leases on all keys; they are all asked for at once. */
export function deadLeasesCase(
  count: number,
  adapter: (options: { readonly leaseMs: number }) => StoreAdapter,
  die: (funcname: string, hashes: readonly string[], ms: number) => Promise<void> | void,
): void {
  test(`${count} leases of a host that died are all given up, and every result is stored`, async () => {
    const cache = adapter({ leaseMs: LEASE_MS })
    const persist = createPersist({ env: {} })
    const skipped: PersistEvent[] = []
    const report = (event: PersistEvent) => void (event.name === 'skip' && skipped.push(event))
    const f = persist(async (n: number) => n, {
      funcname: 'f',
      cache,
      key: (n: number) => n,
      hash: (key: number) => String(key),
      waitTimeout: '5m',
      report,
    })
    const numbers = Array.from({ length: count }, (_, n) => n)
    await die('f', numbers.map(String), LEASE_MS)
    const began = performance.now()
    expect(await f.many(numbers.map((n) => [n] as const))).toEqual(numbers)
    console.log(`${count} dead leases: ${Math.round(performance.now() - began)} ms`)
    expect(skipped).toEqual([])
    expect((await cache.open('f').stats()).entries).toBe(count)
    await cache.close()
  }, 900_000)
}
