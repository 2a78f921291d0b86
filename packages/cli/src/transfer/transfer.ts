import type { PersistError } from '@persist/errors'
import type { Store, StoreAdapter } from '@persist/store'
import { withTurns } from '../session/interruption.ts'
import { batchesOf, lookUp, sizeOf } from './batches.ts'
import { noCounts, type TransferCounts } from './counts.ts'
import type { TransferItem } from './transfer-item.ts'
import type { Winner } from './winner.ts'
import { type WriteTarget, writeEntry } from './write-entry.ts'

export interface TransferOptions {
  readonly winner: Winner
  readonly now: () => number
  /** Stops the transfer between two batches. */
  readonly signal?: AbortSignal
  /** Called after each batch. */
  readonly progress?: (counts: TransferCounts, funcname: string) => void
  /** Called for each entry that the target refused. */
  readonly refused?: (item: TransferItem, error: Error) => void
}

/**
 * Writes entries into a store. An entry that the store has already is not written again, so a transfer that was stopped
 * continues if it is started again.
 */
export async function transfer(
  items: AsyncIterable<TransferItem>,
  target: StoreAdapter,
  options: TransferOptions,
): Promise<TransferCounts> {
  const counts = noCounts()
  const stores = new Map<string, Store>()
  for await (const batch of batchesOf(withTurns(items))) {
    if (options.signal?.aborted) break
    const { funcname } = batch[0]!
    const store = stores.get(funcname) ?? target.open(funcname)
    stores.set(funcname, store)
    await writeBatch(batch, { target, store, winner: options.winner, now: options.now() }, options, counts)
    options.progress?.(counts, funcname)
  }
  return counts
}

async function writeBatch(
  batch: readonly TransferItem[],
  destination: WriteTarget,
  { refused }: TransferOptions,
  counts: TransferCounts,
): Promise<void> {
  const { target, store } = destination
  const valid = batch.filter((item) => {
    try {
      target.checkHash?.(item.entry.hash)
      return true
    } catch (error) {
      counts.failed++
      refused?.(item, error as Error)
      return false
    }
  })
  const there = await lookUp(target, store, valid)
  // Waits for all of them, even after a failure: their leases must be released before the store is closed.
  const results = await Promise.allSettled(
    valid.map(async (item, index) => {
      const outcome = await writeEntry(item.entry, there[index], destination)
      counts[outcome]++
      if (outcome === 'copied') counts.bytes += sizeOf(item.entry)
    }),
  )
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') continue
    if (!isAboutOneEntry(result.reason)) throw result.reason
    counts.failed++
    refused?.(valid[index]!, result.reason)
  }
}

function isAboutOneEntry(error: unknown): error is Error {
  const { code } = error as Partial<PersistError>
  return code === 'ERR_PERSIST_VALUE_TOO_LARGE' || code === 'ERR_PERSIST_HASH'
}
