import { canonical } from '@persist/key'
import type { ListedHead } from '@persist/store'
import { differences, differingParts, type KeyDifference, nearestHead, unmarkedHash } from '@persist/store/kit'
import { checkedListing, isHead } from '../call/replies.ts'
import { reportStoreError } from '../call/store-guard.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context, KeyFacts } from '../context.ts'
import type { NearestEntry } from '../types/because.ts'

/** How many of the newest entries are compared. */
const COMPARED = 1_000
/** A listing has no order, so the newest are looked for among so many. */
const LISTED = 10_000
/** For how long a listing serves further calls, in milliseconds: a run with many misses lists once in a while. */
const KEPT_MS = 1_000
/** A listing that took long serves for so many times as long. */
const KEPT_FACTOR = 20

interface Listed {
  readonly until: number
  readonly heads: readonly ListedHead[]
}

const listed = new WeakMap<Context, Listed>()

/** The heads of the newest entries. A store that fails has none. */
export function* candidatesOf(context: Context): Steps<readonly ListedHead[]> {
  const now = context.runtime.monotonic()
  const before = listed.get(context)
  if (before !== undefined && now < before.until) return before.heads
  if (context.circuit.error !== undefined) return []
  const heads = yield* newestHeads(context)
  const tookMs = context.runtime.monotonic() - now
  listed.set(context, { until: now + Math.max(KEPT_MS, KEPT_FACTOR * tookMs), heads })
  return heads
}

/** Forgets the listing, for a look that must see the present entries. */
export function listAgain(context: Context): void {
  listed.delete(context)
}

function* newestHeads(context: Context): Steps<readonly ListedHead[]> {
  const heads: ListedHead[] = []
  const { adapter, namespace, store } = context
  try {
    const reading = adapter.supports.readOnly ? adapter.open(namespace, { readOnly: true }) : store
    const listing = checkedListing(reading.heads())
    const iterator = Symbol.iterator in listing ? listing[Symbol.iterator]() : listing[Symbol.asyncIterator]()
    while (heads.length < LISTED) {
      const next = yield* wait(iterator.next() as IteratorResult<ListedHead> | Promise<IteratorResult<ListedHead>>)
      if (next.done) break
      if (isHead(next.value)) heads.push(next.value)
    }
    if (heads.length === LISTED) yield* wait(iterator.return?.())
  } catch (error) {
    reportStoreError(context, 'heads', error)
  }
  return heads.sort((a, b) => b.createdAt - a.createdAt).slice(0, COMPARED)
}

/** The newest result of the same call with another version, which `versions: 'beside'` keeps. */
export function besideOf(heads: readonly ListedHead[], { hash }: KeyFacts): ListedHead | undefined {
  const plain = unmarkedHash(hash)
  return plain === hash ? undefined : heads.find((head) => head.hash !== hash && unmarkedHash(head.hash) === plain)
}

/** The entry whose key differs in the fewest places. */
export function nearestOf(
  context: Context,
  cacheKey: KeyFacts,
  heads: readonly ListedHead[],
): NearestEntry | undefined {
  const others = heads.filter(({ hash }) => hash !== cacheKey.hash)
  const found = nearestHead(others, (head) => differenceTo(context, cacheKey, head))
  return found && { hash: found.head.hash, differs: found.differs, createdAt: found.head.createdAt }
}

function differenceTo(context: Context, { key, canonicalKey }: KeyFacts, head: ListedHead): KeyDifference | undefined {
  if (head.key === undefined && context.unhash === undefined) {
    return head.keyParts === undefined ? undefined : differingParts(canonicalKey, head.keyParts)
  }
  try {
    const stored = head.key === undefined ? context.unhash!(unmarkedHash(head.hash)) : context.unpickle(head.key)
    return differences(stored, key, textOf)
  } catch {
    // A key that cannot be read is near to nothing.
    return undefined
  }
}

/** The value as it is hashed, without the number of the format. */
function textOf(value: unknown): string {
  return canonical(value).replace(/^\d+:/, '')
}
