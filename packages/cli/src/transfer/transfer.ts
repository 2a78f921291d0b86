import type { PersistError } from '@persist/errors'
import type { Entry, Store, StoreAdapter } from '@persist/store'
import type { Winner } from './winner.ts'
import { type Destination, writeEntry } from './write-entry.ts'

/** An entry to transfer, and its function. */
export interface TransferItem {
  readonly funcname: string
  readonly entry: Entry
}

/** The numbers of entries, by their results. */
export interface Tally {
  /** Written. */
  copied: number
  /** There already, and equal. */
  same: number
  /** Not written: another entry was there and stayed. */
  kept: number
  /** Left out, because the target computes them at the moment. */
  busy: number
  /** Refused by the target. */
  failed: number
  /** The size of the payloads that were written. */
  bytes: number
}

export interface TransferOptions {
  readonly winner: Winner
  readonly now: () => number
  /** Stops the transfer between two batches. */
  readonly signal?: AbortSignal
  /** Called after each batch. */
  readonly progress?: (tally: Tally, funcname: string) => void
  readonly refused?: (item: TransferItem, error: Error) => void
}

const BATCH_ENTRIES = 64
const BATCH_BYTES = 4 * 1024 * 1024

/** A tally of zeros. */
export function newTally(): Tally {
  return { copied: 0, same: 0, kept: 0, busy: 0, failed: 0, bytes: 0 }
}

/**
 * Writes entries into a store. Does not write equal entries again, so a transfer that was stopped continues when it is
 * started again.
 */
export async function transfer(
  items: AsyncIterable<TransferItem>,
  target: StoreAdapter,
  options: TransferOptions,
): Promise<Tally> {
  const tally = newTally()
  const stores = new Map<string, Store>()
  for await (const batch of batches(items)) {
    if (options.signal?.aborted) break
    const { funcname } = batch[0]!
    const store = stores.get(funcname) ?? target.open(funcname)
    stores.set(funcname, store)
    await writeAll(batch, { target, store, winner: options.winner, now: options.now() }, options, tally)
    options.progress?.(tally, funcname)
  }
  return tally
}

async function writeAll(
  batch: readonly TransferItem[],
  destination: Destination,
  { refused }: TransferOptions,
  tally: Tally,
): Promise<void> {
  const { target, store } = destination
  const sound = batch.filter((item) => {
    try {
      target.checkHash?.(item.entry.hash)
      return true
    } catch (error) {
      tally.failed++
      refused?.(item, error as Error)
      return false
    }
  })
  const there = await lookUp(target, store, sound)
  // This waits for all of them, also after a failure: leases must be released before the store is closed.
  const outcomes = await Promise.allSettled(
    sound.map(async (item, index) => {
      const outcome = await writeEntry(item.entry, there[index], destination)
      tally[outcome]++
      if (outcome === 'copied') tally.bytes += sizeOf(item.entry)
    }),
  )
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') continue
    if (!concernsOneEntry(outcome.reason)) throw outcome.reason
    tally.failed++
    refused?.(sound[index]!, outcome.reason)
  }
}

async function lookUp(
  target: StoreAdapter,
  store: Store,
  batch: readonly TransferItem[],
): Promise<(Entry | undefined)[]> {
  const hashes = batch.map(({ entry }) => entry.hash)
  if (target.supports.many) return store.getMany!(hashes)
  return Promise.all(hashes.map((hash) => store.get(hash)))
}

function concernsOneEntry(error: unknown): error is Error {
  const { code } = error as Partial<PersistError>
  return code === 'ERR_PERSIST_VALUE_TOO_LARGE' || code === 'ERR_PERSIST_HASH'
}

/**
 * Batches of entries of one function, which fit into memory. A batch has each hash once, because its entries are written at
 * the same time. A file with two exports has some hashes twice.
 */
async function* batches(items: AsyncIterable<TransferItem>): AsyncGenerator<TransferItem[]> {
  let batch: TransferItem[] = []
  let hashes = new Set<string>()
  let bytes = 0
  for await (const item of items) {
    const size = sizeOf(item.entry)
    const isFull = batch.length === BATCH_ENTRIES || bytes + size > BATCH_BYTES
    const isApart = batch[0]?.funcname !== item.funcname || hashes.has(item.entry.hash)
    if (batch.length > 0 && (isFull || isApart)) {
      yield batch
      batch = []
      hashes = new Set()
      bytes = 0
    }
    batch.push(item)
    hashes.add(item.entry.hash)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function sizeOf({ payload }: Entry): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
