import { sha256 } from '@persist/hash'
import type { Entry, ListedHead, Store, StoreAdapter } from '@persist/store'
import { hasMark, markedHash, unmarkedHash } from '@persist/store/kit'
import { sameEntry } from '../entries/same-entry.ts'
import { takeLease } from '../stores/take-lease.ts'
import type { KnownVersion } from './records.ts'

/** What became of the entries. `kept`: one is being computed, or has changed meanwhile. */
export interface AdoptCounts {
  readonly adopted: number
  readonly kept: number
}

/** Changes the head of an entry. Encryption protects it, so an encrypted entry is encrypted again. */
export type ChangeHead = (entry: Entry, change: Pick<Partial<Entry>, 'hash' | 'version' | 'source'>) => Entry

/** Gives entries the current version. Those of `versions: 'beside'` are copied under the name of that version. */
export async function adoptEntries(
  adapter: StoreAdapter,
  store: Store,
  heads: readonly ListedHead[],
  current: KnownVersion,
  changed: ChangeHead,
): Promise<AdoptCounts> {
  let adopted = 0
  // Of results of one call by several versions, the newest one.
  for (const head of [...heads].sort((a, b) => b.createdAt - a.createdAt)) {
    if (await adoptOne(adapter, store, head, current, changed)) adopted++
  }
  return { adopted, kept: heads.length - adopted }
}

async function adoptOne(
  adapter: StoreAdapter,
  store: Store,
  head: ListedHead,
  current: KnownVersion,
  changed: ChangeHead,
): Promise<boolean> {
  const tags = head.tags ?? []
  const mark = tags.length > 0 ? await store.tagFence?.mark() : undefined
  const entry = await store.get(head.hash)
  if (entry === undefined || entry.version !== head.version) return false
  const { version } = current
  const isBeside = entry.version !== undefined && hasMark(entry.hash, sha256(entry.version))
  // The first part is the function itself: with a derived name, its source counts, too.
  const source = current.parts[0]?.digest
  const adopted = changed(entry, {
    version,
    ...(source !== undefined && { source }),
    ...(isBeside && { hash: markedHash(unmarkedHash(entry.hash), sha256(version)) }),
  })
  if (!(await write(adapter, store, entry, adopted))) return false
  // As in a computation: a deletion by tag that began meanwhile did not see this entry.
  if (mark === undefined || !(await store.tagFence!.hasDeleted(mark, tags))) return true
  await store.delete(adopted.hash)
  return false
}

/** Writes an entry if the store still has what was read before. Never ends the lease of a running computation. */
async function write(adapter: StoreAdapter, store: Store, entry: Entry, adopted: Entry): Promise<boolean> {
  const isExpected = async () => {
    const isFree = adopted.hash === entry.hash || (await store.get(adopted.hash)) === undefined
    const there = await store.get(entry.hash)
    return isFree && there !== undefined && sameEntry(there, entry)
  }
  if (!adapter.supports.lease) {
    if (!(await isExpected())) return false
    await store.set(adopted)
    return true
  }
  const lease = await takeLease(adapter, store, adopted.hash)
  if (lease === undefined) return false
  let isPublished = false
  try {
    if (await isExpected()) isPublished = await lease.publish(adopted)
  } finally {
    if (!isPublished) await lease.release()
  }
  return isPublished
}
