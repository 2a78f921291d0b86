import { canonical } from '@persist/key'
import type { ListedHead } from '@persist/store'
import { differences, differingParts, unmarkedHash } from '@persist/store/kit'
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
/** An entry that differs in more places is not near. */
const MOST_DIFFERENCES = 5

interface Listed {
  readonly at: number
  readonly heads: readonly ListedHead[]
}

const listed = new WeakMap<Context, Listed>()

/** The heads of the newest entries. A store that fails has none. */
export function* candidatesOf(context: Context): Steps<readonly ListedHead[]> {
  const now = context.runtime.monotonic()
  const before = listed.get(context)
  if (before !== undefined && now - before.at < KEPT_MS) return before.heads
  if (context.circuit.error !== undefined) return []
  const heads = yield* newestHeads(context)
  listed.set(context, { at: now, heads })
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

interface Difference {
  readonly differs: readonly string[]
  readonly equal: number
}

/** The entry whose key differs in the fewest places. */
export function nearestOf(
  context: Context,
  cacheKey: KeyFacts,
  heads: readonly ListedHead[],
): NearestEntry | undefined {
  let best: (Difference & { readonly head: ListedHead }) | undefined
  for (const head of heads) {
    if (head.hash === cacheKey.hash) continue
    const found = differenceTo(context, cacheKey, head)
    if (found === undefined || found.differs.length === 0 || found.differs.length > MOST_DIFFERENCES) continue
    if (best === undefined || isNearer(found, best)) best = { ...found, head }
  }
  if (best === undefined) return undefined
  const { hash, createdAt } = best.head
  return { hash, differs: best.differs, createdAt }
}

function isNearer(one: Difference, other: Difference): boolean {
  const fewer = other.differs.length - one.differs.length
  return fewer > 0 || (fewer === 0 && one.equal > other.equal)
}

function differenceTo(context: Context, { key, canonicalKey }: KeyFacts, head: ListedHead): Difference | undefined {
  if (head.key === undefined && context.unhash === undefined) {
    const parts = head.keyParts === undefined ? undefined : differingParts(canonicalKey, head.keyParts)
    return parts && { differs: parts.paths, equal: parts.equal }
  }
  try {
    const stored = head.key === undefined ? context.unhash!(unmarkedHash(head.hash)) : context.unpickle(head.key)
    const { lines, equal } = differences(stored, key, textOf)
    return { differs: lines, equal }
  } catch {
    // A key that cannot be read is near to nothing.
    return undefined
  }
}

/** The value as it is hashed, without the number of the format. */
function textOf(value: unknown): string {
  return canonical(value).replace(/^\d+:/, '')
}
