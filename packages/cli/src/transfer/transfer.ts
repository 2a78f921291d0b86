import type { PersistError } from '@persist/errors'
import type { Entry, Store, StoreAdapter } from '@persist/store'
import type { Winner } from './winner.ts'
import { type Delivery, deliver } from './write-entry.ts'

/** An entry on its way, with the function whose it is. */
export interface Parcel {
  readonly funcname: string
  readonly entry: Entry
}

/** What became of the entries. */
export interface Tally {
  /** Written. */
  copied: number
  /** Were there already, equal in all. */
  same: number
  /** Another one was there, and stayed. */
  kept: number
  /** A computation of them runs in the target, whose result is yet to come. */
  busy: number
  /** The target refused them. */
  failed: number
  /** Of the payloads that were written. */
  bytes: number
}

export interface TransferOptions {
  readonly winner: Winner
  readonly now: () => number
  /** Ends the transfer between two batches. */
  readonly signal?: AbortSignal
  /** After each batch. */
  readonly progress?: (tally: Tally, funcname: string) => void
  readonly refused?: (parcel: Parcel, error: Error) => void
}

const BATCH_ENTRIES = 64
const BATCH_BYTES = 4 * 1024 * 1024

/** Nothing yet. */
export function newTally(): Tally {
  return { copied: 0, same: 0, kept: 0, busy: 0, failed: 0, bytes: 0 }
}

/**
 * Writes entries into a store. What is there already and equal is not written again, so that a transfer that was
 * stopped goes on when it is begun again.
 */
export async function transfer(
  parcels: AsyncIterable<Parcel>,
  target: StoreAdapter,
  options: TransferOptions,
): Promise<Tally> {
  const tally = newTally()
  const stores = new Map<string, Store>()
  for await (const batch of batches(parcels)) {
    if (options.signal?.aborted) break
    const { funcname } = batch[0]!
    const store = stores.get(funcname) ?? target.open(funcname)
    stores.set(funcname, store)
    await deliverAll(batch, { target, store, winner: options.winner, now: options.now() }, options, tally)
    options.progress?.(tally, funcname)
  }
  return tally
}

async function deliverAll(
  batch: readonly Parcel[],
  delivery: Delivery,
  { refused }: TransferOptions,
  tally: Tally,
): Promise<void> {
  const { target, store } = delivery
  const sound = batch.filter((parcel) => {
    try {
      target.checkHash?.(parcel.entry.hash)
      return true
    } catch (error) {
      tally.failed++
      refused?.(parcel, error as Error)
      return false
    }
  })
  const there = await lookUp(target, store, sound)
  // Each is waited for, also after a failure: leases that were taken must be given back before the store is closed.
  const outcomes = await Promise.allSettled(
    sound.map(async (parcel, index) => {
      const fate = await deliver(parcel.entry, there[index], delivery)
      tally[fate]++
      if (fate === 'copied') tally.bytes += sizeOf(parcel.entry)
    }),
  )
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') continue
    if (!concernsOneEntry(outcome.reason)) throw outcome.reason
    tally.failed++
    refused?.(sound[index]!, outcome.reason)
  }
}

async function lookUp(target: StoreAdapter, store: Store, batch: readonly Parcel[]): Promise<(Entry | undefined)[]> {
  const hashes = batch.map(({ entry }) => entry.hash)
  if (target.supports.many) return store.getMany!(hashes)
  return Promise.all(hashes.map((hash) => store.get(hash)))
}

function concernsOneEntry(error: unknown): error is Error {
  const { code } = error as Partial<PersistError>
  return code === 'ERR_PERSIST_VALUE_TOO_LARGE' || code === 'ERR_PERSIST_HASH'
}

/**
 * Entries of one function, as many as are worth a round trip and fit into memory; each hash once, since all of them are
 * written at the same time. A file with two exports has some hashes twice.
 */
async function* batches(parcels: AsyncIterable<Parcel>): AsyncGenerator<Parcel[]> {
  let batch: Parcel[] = []
  let hashes = new Set<string>()
  let bytes = 0
  for await (const parcel of parcels) {
    const size = sizeOf(parcel.entry)
    const isFull = batch.length === BATCH_ENTRIES || bytes + size > BATCH_BYTES
    const isApart = batch[0]?.funcname !== parcel.funcname || hashes.has(parcel.entry.hash)
    if (batch.length > 0 && (isFull || isApart)) {
      yield batch
      batch = []
      hashes = new Set()
      bytes = 0
    }
    batch.push(parcel)
    hashes.add(parcel.entry.hash)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function sizeOf({ payload }: Entry): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
