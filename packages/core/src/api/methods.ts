import { StoreError } from '@persist/errors'
import type { Entry, Head } from '@persist/store'
import type { ArgumentSnapshot } from '../call/arguments.ts'
import { type CacheKey, checkUnhash } from '../call/cache-key.ts'
import { beginChange, type Change } from '../call/change-order.ts'
import { createEntry, pickleKey } from '../call/create-entry.ts'
import { encodeStored } from '../call/encode-stored.ts'
import { isListed, lookupEntry } from '../call/lookup.ts'
import { leaseNameOf } from '../call/own-leases.ts'
import { COUNT, checkedListing, isHead, YES_OR_NO } from '../call/replies.ts'
import { returnsPromises } from '../call/return-in-mode.ts'
import { reportWrite } from '../call/serve.ts'
import { callStore, reportProblem, reportStoreError } from '../call/store-guard.ts'
import { quietly } from '../call/when-back.ts'
import { done, run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import type { Lookup } from '../types/persisted.ts'

/** The fresh result with its metadata, without computing. */
export function* lookup(context: Context, cacheKey: CacheKey): Steps<Lookup<unknown, unknown>> {
  const found = yield* wait(lookupEntry(context, cacheKey, { mayWait: context.adapter.mode === 'async' }))
  if (found.kind !== 'fresh') return { hit: false, reason: found.kind === 'miss' ? found.reason : 'expired' }
  const { entry, value } = found
  return {
    hit: true,
    value,
    createdAt: entry.createdAt,
    ...(entry.expiresAt !== undefined && { expiresAt: entry.expiresAt }),
    ...(entry.metadata !== undefined && { metadata: entry.metadata }),
    ...(entry.durationMs !== undefined && { durationMs: entry.durationMs }),
    ...((entry.key !== undefined || context.unhash !== undefined) && { key: cacheKey.key }),
  }
}

/** The fresh result, or `undefined`. */
export function* peek(context: Context, cacheKey: CacheKey): Steps<unknown> {
  return (yield* lookup(context, cacheKey)).value
}

/** Whether there is a fresh result. */
export function* has(context: Context, cacheKey: CacheKey): Steps<boolean> {
  return (yield* lookup(context, cacheKey)).hit
}

/** Stores a result without computing. A running computation of the same key does not overwrite it. */
export function* put(context: Context, cacheKey: CacheKey, value: unknown, snapshot: ArgumentSnapshot): Steps<void> {
  checkUnhash(context, cacheKey)
  const promised = context.declaredAsync || returnsPromises(context)
  const entry = createEntry(context, cacheKey, {
    value,
    snapshot,
    promised,
    pickledKey: pickleKey(context, cacheKey),
    inputs: context.traceRoot === undefined ? undefined : [],
  })
  const isLost = yield* fenced(context, { cacheKey }, function* () {
    const encoded = entry && (yield* encodeStored(context, entry, context.adapter.mode === 'async'))
    if (encoded === undefined) return false
    const mark = context.memory?.mark() ?? 0
    const stored = yield* wait(callStore(context, 'set', cacheKey.hash, () => done(context.store.set(encoded)), false))
    if (stored) reportWrite(context, encoded)
    return !stored && context.memory?.hasChanged(cacheKey.canonicalKey, mark) === false
  })
  // If the store failed, only memory can hold the result. A later change has priority.
  if (isLost && entry !== undefined) context.memory?.hold(cacheKey.canonicalKey, entry, value)
}

/** Deletes one result. A running computation of the same key does not restore it. */
export function* forget(context: Context, cacheKey: CacheKey): Steps<boolean> {
  const { hash } = cacheKey
  const wasDeleted = yield* deleted(context, { cacheKey }, () => deleteOne(context, hash))
  if (wasDeleted) context.reporter.report('delete', { hash })
  return wasDeleted
}

/** Deletes all results of the function. */
export function* clear(context: Context): Steps<number> {
  const entries = yield* deleted(context, {}, () =>
    wait(callStore(context, 'clear', undefined, () => context.store.clear(), 0, COUNT)),
  )
  context.reporter.report('clear', { entries })
  return entries
}

/** Deletes the results with a tag. Computations that run in any process store no result with the tag; others are stored. */
export function* deleteByTag(context: Context, tag: string): Steps<number> {
  const entries = yield* deleted(context, { tag }, function* () {
    const fence = context.store.tagFence
    // Recorded first, since a computation checks it before and after it stores.
    if (fence !== undefined)
      yield* wait(callStore(context, 'deleteByTag', undefined, () => done(fence.record(tag)), false))
    if (!context.adapter.supports.tags) return yield* deleteWhere(context, (head) => head.tags?.includes(tag) === true)
    return yield* wait(callStore(context, 'deleteByTag', undefined, () => context.store.deleteByTag!(tag), 0, COUNT))
  })
  context.reporter.report('clear', { entries })
  return entries
}

/**
 * Deletes something from the store. If that is unavailable, what was there is deleted when it is back, before the results of the
 * outage are stored: otherwise old results would be served again.
 */
function* deleted<T>(context: Context, target: Target, act: () => Steps<T>): Steps<T> {
  const askedAt = context.runtime.now()
  const reply = yield* fenced(context, target, act)
  if (context.circuit.error !== undefined) deleteWhenBack(context, target, askedAt)
  return reply
}

/** Reported apart from the deletions that fail, which are made later. */
const GIVE_UP = 'give up a deletion'
/** A machine whose clock was ahead wrote an entry from a later time, of which it is unknown whether it came later. */
const CLOCK_TOLERANCE_MS = 1_000

/**
 * Deletes what was there at a time when the store is back. It fences nothing: runs that began after that time may store. Calls that begin when
 * the store is back wait for it.
 */
function deleteWhenBack(context: Context, { cacheKey, tag }: Target, askedAt: number): void {
  const { circuit, reporter, runtime } = context
  // Not the whole key, which may be long.
  const hash = cacheKey?.hash
  const wasThere = ({ createdAt, durationMs = 0, tags = [] }: Head) =>
    (createdAt - durationMs <= askedAt || createdAt > runtime.now() + CLOCK_TOLERANCE_MS) &&
    (tag === undefined || tags.includes(tag))
  let change: Change | undefined
  function* deleteNow(): Steps<void> {
    const { before, end } = change!
    try {
      if (before !== undefined) yield* wait(before)
      const entries = yield* hash === undefined ? deleteOld(context, tag, wasThere) : deleteIf(context, hash, wasThere)
      if (hash === undefined) reporter.report('clear', { entries })
      else if (entries > 0) reporter.report('delete', { hash })
      if (circuit.error !== undefined) keep()
    } finally {
      end()
    }
  }
  const keep = () =>
    circuit.unsaved.keepDeletion([leaseNameOf(context, { hash: hash ?? '' }), tag].join('\0'), {
      begin() {
        change = beginChange(context, hash)
      },
      store: () => quietly(() => run(deleteNow())),
      drop() {
        const facts = { store: context.adapter.name, operation: GIVE_UP, namespace: context.namespace }
        const message = `a deletion is given up, since ${context.adapter.name} is unavailable`
        reportProblem(context, GIVE_UP, hash, new StoreError('ERR_PERSIST_STORE_UNAVAILABLE', message, facts))
      },
    })
  keep()
}

/** So many entries are deleted one by one over a synchronous store, where each may take a millisecond and blocks the thread. */
const FEW = 200

/** Deletes the entries, or those with a tag, that are old. If a synchronous store has many and no others, it deletes all at once. */
function* deleteOld(context: Context, tag: string | undefined, isOld: (head: Head) => boolean): Steps<number> {
  const { adapter, store } = context
  if (adapter.mode === 'async' || (tag !== undefined && !adapter.supports.tags))
    return yield* deleteWhere(context, isOld)
  let [old, others] = [0, 0]
  // biome-ignore lint/correctness/useYield: it has nothing to wait for
  yield* eachHead(context, function* (head) {
    if (isOld(head)) old++
    else if (tag === undefined || head.tags?.includes(tag)) others++
  })
  if (old <= FEW || others > 0) return yield* deleteWhere(context, isOld)
  const act = () => (tag === undefined ? store.clear() : store.deleteByTag!(tag))
  return yield* wait(callStore(context, 'clear', undefined, act, 0, COUNT))
}

/** Deletes an entry if its head meets the condition. Returns how many were deleted. */
function* deleteIf(context: Context, hash: string, condition: (head: Head) => boolean): Steps<number> {
  const read = () => context.store.get(hash)
  const entry = yield* wait(callStore<Entry | undefined | null>(context, 'get', hash, read, undefined))
  return isHead(entry) && condition(entry) && (yield* deleteOne(context, hash)) ? 1 : 0
}

function* deleteOne(context: Context, hash: string): Steps<boolean> {
  return yield* wait(callStore(context, 'delete', hash, () => context.store.delete(hash), false, YES_OR_NO))
}

/** The target of a change: one entry, the results with a tag, or all. */
interface Target {
  readonly cacheKey?: CacheKey
  readonly tag?: string
}

/**
 * Changes the store after the changes that were made before. Running computations of the key, or of all keys, do not store,
 * and memory drops its entries. A call that starts meanwhile waits for the change, but not forever, and then may read a deleted
 * entry. So it does not keep it in memory, and no later call joins it.
 */
function* fenced<T>(context: Context, { cacheKey, tag }: Target, change: () => Steps<T>): Steps<T> {
  const canonicalKey = cacheKey?.canonicalKey
  context.peers.each((peer) => {
    if (tag === undefined) peer.fence(canonicalKey)
    else peer.fenceTag(tag)
    peer.drop(canonicalKey)
  })
  try {
    return yield* inOrder(context, cacheKey, change)
  } finally {
    context.peers.each((peer) => {
      peer.drop(canonicalKey)
      peer.outdate(canonicalKey)
    })
  }
}

/** Changes an entry, or all, after the changes that were made before. */
function* inOrder<T>(context: Context, cacheKey: CacheKey | undefined, change: () => Steps<T>): Steps<T> {
  const { before, end } = beginChange(context, cacheKey?.hash)
  try {
    if (before !== undefined) yield* wait(before)
    return yield* change()
  } finally {
    end()
  }
}

/** The number of fresh results. */
export function* size(context: Context): Steps<number> {
  let count = 0
  yield* eachHead(context, function* (head) {
    if (yield* wait(isListed(context, head))) count++
  })
  return count
}

/** How many commands are sent at once to a store that takes time. */
const DELETED_AT_ONCE = 8

/** Deletes the entries whose heads meet the condition as soon as they are listed: later they may be newer ones. Returns how many. */
function* deleteWhere(context: Context, condition: (head: Head) => boolean): Steps<number> {
  let deleted = 0
  let hashes: string[] = []
  function* deleteListed(): Steps<void> {
    const replies = hashes.map((hash) => run(deleteOne(context, hash)))
    hashes = []
    const isAsync = context.adapter.mode === 'async'
    for (const isDeleted of isAsync ? yield* wait(Promise.all(replies)) : replies) if (isDeleted) deleted++
  }
  yield* eachHead(context, function* (head) {
    if (!condition(head)) return
    hashes.push(head.hash)
    if (context.adapter.mode === 'sync' || hashes.length === DELETED_AT_ONCE) yield* deleteListed()
  })
  yield* deleteListed()
  return deleted
}

/** Visits each head of a listing, sync or async. */
function* eachHead(context: Context, visit: (head: Head) => Steps<void>): Steps<void> {
  let heads: Iterator<unknown> | AsyncIterator<unknown> | undefined
  try {
    for (;;) {
      let next: IteratorResult<unknown>
      try {
        heads ??= iteratorOf(checkedListing(context.store.heads()))
        next = yield* wait<IteratorResult<unknown>>(heads.next())
      } catch (error) {
        reportStoreError(context, 'heads', error)
        return
      }
      if (next.done) return
      if (isHead(next.value)) yield* visit(next.value)
      else
        reportStoreError(
          context,
          'heads',
          new TypeError('the listing contains a value that is not the head of an entry'),
        )
    }
  } finally {
    // A listing that has ended ignores it.
    quietly(() => heads?.return?.())
  }
}

function iteratorOf<T>(listing: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.iterator in listing ? listing[Symbol.iterator]() : listing[Symbol.asyncIterator]()
}
