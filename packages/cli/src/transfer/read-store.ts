import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import type { TransferItem } from './transfer-item.ts'

/** Every entry of the functions, one function after the other. */
export async function* itemsOf(
  adapter: StoreAdapter,
  funcnames: readonly string[],
  report: (problem: PersistError) => void,
): AsyncGenerator<TransferItem> {
  for (const funcname of funcnames) {
    for await (const entry of adapter.open(funcname, { report }).entries()) yield { funcname, entry }
  }
}

/** About how many entries the functions have together. */
export async function countOf(adapter: StoreAdapter, funcnames: readonly string[]): Promise<number> {
  let total = 0
  for (const funcname of funcnames) total += (await adapter.open(funcname).stats()).entries
  return total
}
