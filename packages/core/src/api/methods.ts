import type { Head } from '@persist/store'
import type { Given } from '../call/arguments.ts'
import { checkUnhash, type Identity } from '../call/cache-key.ts'
import { pickleKey, record } from '../call/create-entry.ts'
import { judgeNow, recall } from '../call/lookup.ts'
import { written } from '../call/pending-writes.ts'
import { COUNT, isHead, listed, YES_OR_NO } from '../call/replies.ts'
import { answersWithPromises } from '../call/return-in-mode.ts'
import { wrote } from '../call/serve.ts'
import { ask, troubled } from '../call/store-guard.ts'
import { done, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import type { Lookup } from '../types/persisted.ts'

/** The fresh result and what is known of it, without computing. */
export function* lookup(plan: Plan, identity: Identity): Steps<Lookup<unknown, unknown>> {
  const found = yield* wait(recall(plan, identity))
  if (found.kind !== 'fresh') return { hit: false, reason: found.kind === 'miss' ? found.reason : 'expired' }
  const { entry, value } = found
  return {
    hit: true,
    value,
    createdAt: entry.createdAt,
    ...(entry.expiresAt !== undefined && { expiresAt: entry.expiresAt }),
    ...(entry.metadata !== undefined && { metadata: entry.metadata }),
    ...(entry.durationMs !== undefined && { durationMs: entry.durationMs }),
    ...((entry.key !== undefined || plan.unhash !== undefined) && { key: identity.key }),
  }
}

/** The fresh result, or `undefined`. */
export function* peek(plan: Plan, identity: Identity): Steps<unknown> {
  return (yield* lookup(plan, identity)).value
}

/** Whether there is a fresh result. */
export function* has(plan: Plan, identity: Identity): Steps<boolean> {
  return (yield* lookup(plan, identity)).hit
}

/** Stores a result without computing. A computation that runs for the same key does not overwrite it. */
export function* put(plan: Plan, identity: Identity, value: unknown, given: Given): Steps<void> {
  checkUnhash(plan, identity)
  const promised = plan.declaredAsync || answersWithPromises(plan)
  const entry = record(plan, identity, { value, given, promised, pickledKey: pickleKey(plan, identity) })
  const isLost = yield* fenced(plan, { text: identity.text }, function* () {
    if (entry === undefined) return false
    const stored = yield* wait(ask(plan, 'set', identity.hash, () => done(plan.store.set(entry)), false))
    if (stored) wrote(plan, entry)
    return !stored
  })
  // A store that failed leaves memory as the only place.
  if (isLost && entry !== undefined) plan.memory?.hold(identity.text, entry, value)
}

/** Deletes one result. A computation that runs for the same key does not bring it back. */
export function* remove(plan: Plan, { hash, text }: Identity): Steps<boolean> {
  const there = yield* fenced(plan, { text }, () =>
    wait(ask(plan, 'delete', hash, () => plan.store.delete(hash), false, YES_OR_NO)),
  )
  if (there) plan.reporter.tell('delete', { hash })
  return there
}

/** Deletes all results of the function. */
export function* clear(plan: Plan): Steps<number> {
  const entries = yield* fenced(plan, {}, () => wait(ask(plan, 'clear', undefined, () => plan.store.clear(), 0, COUNT)))
  plan.reporter.tell('clear', { entries })
  return entries
}

/** Deletes the results with a tag, and keeps computations that run in any process from storing such. Others are stored. */
export function* deleteByTag(plan: Plan, tag: string): Steps<number> {
  const entries = yield* fenced(plan, { tag }, function* () {
    const fence = plan.store.tagFence
    // First of all: a computation looks before and after it stores.
    if (fence !== undefined) yield* wait(ask(plan, 'deleteByTag', undefined, () => done(fence.record(tag)), false))
    if (!plan.adapter.supports.tags) return yield* deleteWhere(plan, (head) => head.tags?.includes(tag) === true)
    return yield* wait(ask(plan, 'deleteByTag', undefined, () => plan.store.deleteByTag!(tag), 0, COUNT))
  })
  plan.reporter.tell('clear', { entries })
  return entries
}

/** What changes: one key, the results with a tag, or all. */
interface Change {
  readonly text?: string
  readonly tag?: string
}

/**
 * Changes the store while what runs for this key, or for any, must not be stored, and what is held in memory is let go of.
 * A call that began meanwhile may have read what is gone now: it does not hold that in memory.
 */
function* fenced<T>(plan: Plan, { text, tag }: Change, change: () => Steps<T>): Steps<T> {
  plan.peers.each((peer) => {
    if (tag === undefined) peer.fence(text)
    else peer.fenceTag(tag)
    peer.drop(text)
  })
  yield* wait(written(plan, text))
  try {
    return yield* change()
  } finally {
    plan.peers.each((peer) => {
      peer.distrust(text)
      peer.drop(text)
    })
  }
}

/** How many fresh results there are. */
export function* size(plan: Plan): Steps<number> {
  let count = 0
  yield* eachHead(plan, (head) => {
    if (judgeNow(plan, head).kind === 'fresh') count++
  })
  return count
}

function* deleteWhere(plan: Plan, condition: (head: Head) => boolean): Steps<number> {
  const hashes: string[] = []
  yield* eachHead(plan, (head) => {
    if (condition(head)) hashes.push(head.hash)
  })
  let deleted = 0
  for (const hash of hashes) {
    if (yield* wait(ask(plan, 'delete', hash, () => plan.store.delete(hash), false, YES_OR_NO))) deleted++
  }
  return deleted
}

/** Walks a listing, sync or async. */
function* eachHead(plan: Plan, visit: (head: Head) => void): Steps<void> {
  const see = (head: unknown) => {
    if (isHead(head)) visit(head)
    else troubled(plan, 'heads', new TypeError('the listing has what is no head of an entry'))
  }
  try {
    const listing = listed(plan.store.heads())
    if (Symbol.iterator in listing) {
      for (const head of listing) see(head)
      return
    }
    const heads = listing[Symbol.asyncIterator]()
    for (;;) {
      const next = yield* wait(heads.next())
      if (next.done) return
      see(next.value)
    }
  } catch (error) {
    troubled(plan, 'heads', error)
  }
}
