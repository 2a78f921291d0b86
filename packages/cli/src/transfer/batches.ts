import type { Entry, Store, StoreAdapter } from '@persist/store'
import type { TransferItem } from './transfer-item.ts'

const BATCH_ENTRIES = 64
const BATCH_BYTES = 4 * 1024 * 1024

/**
 * Batches of entries of one function, limited in number and size. All entries of a batch are written at the same time, so no
 * batch has a hash twice. A file with two exports may have a hash twice.
 */
export async function* batchesOf(items: AsyncIterable<TransferItem>): AsyncGenerator<TransferItem[]> {
  let batch: TransferItem[] = []
  let hashes = new Set<string>()
  let bytes = 0
  for await (const item of items) {
    const size = sizeOf(item.entry)
    const isFull = batch.length === BATCH_ENTRIES || bytes + size > BATCH_BYTES
    const needsNewBatch = batch[0]?.funcname !== item.funcname || hashes.has(item.entry.hash)
    if (batch.length > 0 && (isFull || needsNewBatch)) {
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

/** The entries that a store has under the hashes of a batch, in its order: in one round trip if the store can. */
export async function lookUp(
  { supports }: StoreAdapter,
  store: Store,
  batch: readonly TransferItem[],
): Promise<(Entry | undefined)[]> {
  const hashes = batch.map(({ entry }) => entry.hash)
  if (supports.many) return store.getMany!(hashes)
  return Promise.all(hashes.map((hash) => store.get(hash)))
}

export function sizeOf({ payload }: Entry): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
