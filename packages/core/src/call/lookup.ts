import { HashCollisionError, OptionError, StoreError } from '@persist/errors'
import { canonical } from '@persist/key'
import type { Entry } from '@persist/store'
import type { Plan } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Held } from '../state/memory-tier.ts'
import type { MissReason } from '../types/events.ts'
import { digestOf, type Identity } from './cache-key.ts'
import { FRESH, isOfOther, judge, type Verdict } from './freshness.ts'
import { isEntry } from './replies.ts'
import { tellSource } from './source-change.ts'
import { ask, tellProblem } from './store-guard.ts'

/** What the store had for a call. */
export type Recalled =
  | { readonly kind: 'miss'; readonly reason: MissReason }
  | Found<'fresh'>
  | Found<'stale'>
  | Found<'rescue'>

/** An entry that may be served, with its value. */
export interface Found<Kind extends 'fresh' | 'stale' | 'rescue'> {
  readonly kind: Kind
  readonly entry: Entry
  readonly value: unknown
}

/** In place of a look, for a call that is to compute whatever is stored. */
export const REFRESH: Recalled = { kind: 'miss', reason: 'refresh' }
/** In place of a look, where it is known that there is nothing. */
export const ABSENT: Recalled = { kind: 'miss', reason: 'absent' }
const INVALID: Recalled = { kind: 'miss', reason: 'invalid' }
const UNREADABLE: Recalled = { kind: 'miss', reason: 'unreadable' }

/** Looks an entry up and judges it: at once over a synchronous store. Not a generator: every hit comes this way. */
export function recall(
  plan: Plan,
  identity: Identity,
  maxAge = Number.POSITIVE_INFINITY,
): Recalled | PromiseLike<Recalled> {
  const { hash } = identity
  const entry = ask(plan, 'get', hash, () => plan.store.get(hash), undefined)
  if (isThenable(entry)) return entry.then((found) => look(plan, identity, found, maxAge))
  return look(plan, identity, entry, maxAge)
}

/** Many stores say `null` for what they have not. */
function look(plan: Plan, identity: Identity, entry: Entry | undefined | null, maxAge: number) {
  return entry === undefined || entry === null ? ABSENT : open(plan, identity, entry, maxAge)
}

/**
 * Judges an entry and reads its value.
 *
 * @throws HashCollisionError for an entry that was written under another key.
 */
export function open(plan: Plan, identity: Identity, entry: Entry, maxAge: number): Recalled | PromiseLike<Recalled> {
  if (!isEntry(entry) || entry.hash !== identity.hash) {
    tellUnreadable(plan, identity, notTheEntry(plan, identity))
    return UNREADABLE
  }
  const verdict = judgeNow(plan, entry, maxAge)
  if (verdict.kind === 'miss') {
    if (verdict.reason === 'source') tellSource(plan, entry, 'miss')
    return { kind: 'miss', reason: verdict.reason }
  }
  // Only of an entry that would be served: one that is about to be replaced may be of any key.
  if (plan.ownHash && !wasWrittenUnder(plan, identity, entry)) return UNREADABLE
  let value: unknown
  try {
    value = plan.unpickle(entry.payload)
  } catch (error) {
    tellUnreadable(plan, identity, error)
    return UNREADABLE
  }
  const found = { kind: verdict.kind, entry, value } as Recalled
  return plan.validate === undefined ? found : validated(plan, identity, value, found)
}

/** A store of one's own may reply with anything, as with the entries of `getMany` in another order. */
function notTheEntry({ adapter, namespace }: Plan, { hash }: Identity): StoreError {
  const facts = { store: adapter.name, operation: 'get', namespace, hash }
  return new StoreError(
    'ERR_PERSIST_STORE',
    `get failed in ${adapter.name}: the reply is not the entry of this hash`,
    facts,
  )
}

/** Reports once a call that an entry cannot be read: the call looks again when it has its turn. */
export function tellUnreadable(plan: Plan, identity: Identity, error: unknown): void {
  if (!identity.toldUnreadable) tellProblem(plan, 'unpickle', identity.hash, asError(error))
  identity.toldUnreadable = true
}

/** What this process holds in memory for a call, and may serve. While the store is out of reach it is trusted longer. */
export function heldInMemory(plan: Plan, identity: Identity, maxAge: number): Held | undefined {
  const held = plan.memory?.get(identity.text, plan.circuit)
  return held !== undefined && judgeNow(plan, held.entry, maxAge).kind === 'fresh' ? held : undefined
}

/** The verdict on an entry by the plan's own terms and clock. */
export function judgeNow(plan: Plan, head: Omit<Entry, 'payload'>, maxAge = Number.POSITIVE_INFINITY): Verdict {
  const terms = plan.terms
  // A replay has no clock; and most entries, those that never expire, need none.
  const isTimeless = plan.mode === 'replay' || (head.expiresAt === undefined && maxAge === Number.POSITIVE_INFINITY)
  if (isTimeless) return isOfOther(head, terms) ?? FRESH
  return judge(head, { ...terms, now: plan.surroundings.now(), maxAge })
}

/** An entry without a digest is of unknown origin, and no better than none, unless the store has such from others. */
function wasWrittenUnder(plan: Plan, identity: Identity, entry: Entry): boolean {
  if (entry.keyDigest === undefined) return plan.adapter.supports.foreign === true && belongsTo(plan, identity, entry)
  if (entry.keyDigest === digestOf(identity)) return true
  throw collision(plan, identity, storedKeyOf(plan, entry))
}

/** Other programs keep no digest: the stored key tells, where they have stored it. */
function belongsTo(plan: Plan, identity: Identity, entry: Entry): boolean {
  if (entry.key === undefined) return true
  let storedKey: unknown
  try {
    storedKey = plan.unpickle(entry.key)
    if (canonical(storedKey) === identity.text) return true
  } catch {
    return false
  }
  throw collision(plan, identity, storedKey)
}

function collision(plan: Plan, identity: Identity, storedKey: unknown): HashCollisionError {
  return new HashCollisionError(
    `two keys of ${plan.namespace} share the hash ${JSON.stringify(identity.hash)}: make the hash option injective`,
    {
      namespace: plan.namespace,
      hash: identity.hash,
      key: identity.key,
      ...(storedKey !== undefined && { storedKey }),
    },
  )
}

function storedKeyOf(plan: Plan, entry: Entry): unknown {
  try {
    return entry.key === undefined ? plan.unhash?.(entry.hash) : plan.unpickle(entry.key)
  } catch {
    // The collision is the news; an unreadable stored key only leaves it with less detail.
    return undefined
  }
}

/** An entry that no longer fits is a miss; so is one of which `validate` does not tell. */
function validated(plan: Plan, identity: Identity, value: unknown, found: Recalled): Recalled | PromiseLike<Recalled> {
  const refused = (error: unknown) => {
    tellProblem(plan, 'validate', identity.hash, asError(error))
    return INVALID
  }
  try {
    const result = plan.validate!(value)
    if (!isThenable(result)) return result.issues === undefined ? found : INVALID
    if (plan.isAsync)
      return result.then(({ issues }) => (issues === undefined ? found : INVALID)).then(undefined, refused)
    return refused(asynchronousValidate(result))
  } catch (error) {
    return refused(error)
  }
}

function asynchronousValidate(result: PromiseLike<unknown>): OptionError {
  result.then(undefined, () => {})
  return new OptionError('validate answered with a promise, for which a synchronous function cannot wait', {
    option: 'validate',
  })
}
