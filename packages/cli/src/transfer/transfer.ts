import type { PersistError } from '@persist/errors'
import type { Entry, Store, StoreAdapter } from '@persist/store'
import { sameEntry } from './same-entry.ts'

/** An entry on its way, with the function whose it is. */
export interface Parcel {
  readonly funcname: string
  readonly entry: Entry
}

/** Who wins where both stores have an entry under one hash: the newer one, the source's, or the target's. */
export type Winner = 'newer' | 'source' | 'target'

/** What became of the entries. */
export interface Tally {
  /** Written. */
  copied: number
  /** Were there already, equal in all. */
  same: number
  /** Another one was there, and stayed. */
  kept: number
  /** The target refused them. */
  failed: number
  /** Of the payloads that were written. */
  bytes: number
}

export interface TransferOptions {
  readonly winner: Winner
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
  return { copied: 0, same: 0, kept: 0, failed: 0, bytes: 0 }
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
    await deliver(batch, target, store, options, tally)
    options.progress?.(tally, funcname)
  }
  return tally
}

async function deliver(
  batch: readonly Parcel[],
  target: StoreAdapter,
  store: Store,
  { winner, refused }: TransferOptions,
  tally: Tally,
): Promise<void> {
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
  await Promise.all(
    sound.map(async (parcel, index) => {
      const { entry } = parcel
      const fate = decide(entry, there[index], winner)
      if (fate !== 'copied') {
        tally[fate]++
        return
      }
      try {
        await store.set(entry)
      } catch (error) {
        if (!concernsOneEntry(error)) throw error
        tally.failed++
        refused?.(parcel, error as Error)
        return
      }
      tally.copied++
      tally.bytes += sizeOf(entry)
    }),
  )
}

async function lookUp(target: StoreAdapter, store: Store, batch: readonly Parcel[]): Promise<(Entry | undefined)[]> {
  const hashes = batch.map(({ entry }) => entry.hash)
  if (target.supports.many) return store.getMany!(hashes)
  return Promise.all(hashes.map((hash) => store.get(hash)))
}

/** What is to become of an entry, where the target has one already. */
export function decide(entry: Entry, there: Entry | undefined, winner: Winner): 'copied' | 'same' | 'kept' {
  if (there === undefined) return 'copied'
  if (sameEntry(entry, there)) return 'same'
  if (winner === 'newer') return entry.createdAt > there.createdAt ? 'copied' : 'kept'
  return winner === 'source' ? 'copied' : 'kept'
}

function concernsOneEntry(error: unknown): boolean {
  const { code } = error as Partial<PersistError>
  return code === 'ERR_PERSIST_VALUE_TOO_LARGE' || code === 'ERR_PERSIST_HASH'
}

/** Entries of one function, as many as are worth a round trip and fit into memory. */
async function* batches(parcels: AsyncIterable<Parcel>): AsyncGenerator<Parcel[]> {
  let batch: Parcel[] = []
  let bytes = 0
  for await (const parcel of parcels) {
    const size = sizeOf(parcel.entry)
    const isFull = batch.length === BATCH_ENTRIES || bytes + size > BATCH_BYTES
    if (batch.length > 0 && (isFull || batch[0]!.funcname !== parcel.funcname)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(parcel)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function sizeOf({ payload }: Entry): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
