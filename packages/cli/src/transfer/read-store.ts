import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import type { Parcel } from './transfer.ts'

/** Every entry of the functions, one function after the other. */
export async function* parcelsOf(
  adapter: StoreAdapter,
  funcnames: readonly string[],
  report: (problem: PersistError) => void,
): AsyncGenerator<Parcel> {
  for (const funcname of funcnames) {
    for await (const entry of adapter.open(funcname, { report }).entries()) yield { funcname, entry }
  }
}

/** How many entries the functions have together, about. */
export async function countOf(adapter: StoreAdapter, funcnames: readonly string[]): Promise<number> {
  let total = 0
  for (const funcname of funcnames) total += (await adapter.open(funcname).stats()).entries
  return total
}
