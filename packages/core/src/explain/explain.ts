import type { Entry, Mode, Store } from '@persist/store'
import type { CacheKey } from '../call/cache-key.ts'
import { isRefresh, PLAIN } from '../call/call.ts'
import { lookupInMemory } from '../call/lookup.ts'
import { ABSENT } from '../call/lookup-result.ts'
import { readEntry } from '../call/read-entry.ts'
import { callStore } from '../call/store-guard.ts'
import { changesOf, verifiedInputs } from '../call/verify-inputs.ts'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { Context, Missed } from '../context.ts'
import type { Explanation } from '../types/explanation.ts'
import { reasonOf } from './because.ts'
import { isEdited } from './changed.ts'
import { listAgain } from './nearest.ts'

/** Stands for the entry if the store fails. */
const FAILED = {} as Entry

/** What a call would do now, and why. It neither computes nor changes anything. */
export function* explain(context: Context, cacheKey: CacheKey): Steps<Explanation> {
  if (context.mode === 'off') return { hit: false, reason: 'off' }
  if (isRefresh(context, { self: undefined, args: [], ...PLAIN })) return { hit: false, reason: 'refresh' }
  const held = lookupInMemory(context, cacheKey, Number.POSITIVE_INFINITY)
  if (held !== undefined) return hitOf(context, held.entry, { tier: 'memory', stale: false })
  let isDamaged = false
  const store = readOnlyStore(context, () => {
    isDamaged = true
  })
  const { hash } = cacheKey
  const entry = yield* wait(callStore<Entry | undefined | null>(context, 'get', hash, () => store.get(hash), FAILED))
  if (entry === FAILED) return { hit: false, reason: 'unreachable' }
  if (isDamaged) return { hit: false, reason: 'unreadable' }
  if (entry === undefined || entry === null) return yield* missOf(context, cacheKey, ABSENT)
  const mayWait = context.adapter.mode === 'async'
  const reading = { maxAge: Number.POSITIVE_INFINITY, mark: undefined, mayCall: false, mayWait, isPatient: mayWait }
  const found = yield* wait(readEntry(context, cacheKey, entry, reading))
  if (found.kind === 'miss') {
    const changed = found.reason === 'input' && entry.inputs && (yield* changesOf(context, entry.inputs, mayWait))
    // What changes meanwhile may be as it was: then the first look counts.
    const missed = changed && changed.length > 0 ? { ...found, changed } : found
    return yield* missOf(context, cacheKey, missed, entry)
  }
  if (found.kind === 'stale-if-error') {
    return yield* missOf(context, cacheKey, { kind: 'miss', reason: 'expired' }, entry)
  }
  return hitOf(context, entry, { tier: 'store', stale: found.kind === 'stale' })
}

/** A store that notes no use of an entry and leaves a damaged one where it is, as far as the adapter can do that. */
function readOnlyStore({ adapter, namespace, store }: Context, report: () => void): Store<Mode> {
  return adapter.supports.readOnly ? adapter.open(namespace, { readOnly: true, report }) : store
}

function hitOf(
  context: Context,
  entry: Entry,
  { tier, stale }: { readonly tier: 'memory' | 'store'; readonly stale: boolean },
): Explanation {
  const { createdAt, expiresAt } = entry
  return {
    hit: true,
    tier,
    stale,
    ageMs: context.runtime.now() - createdAt,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
    verified: verifiedOf(context, entry),
    edited: isEdited(context, entry),
  }
}

/** What a lookup compares. Nothing is named that is not tracked. */
function verifiedOf(context: Context, entry: Entry): string[] {
  const verified = ['key']
  if (context.version !== undefined) verified.push('version', ...context.dependencies().map(({ name }) => name))
  if (context.freshnessRules.source !== undefined) verified.push('source')
  if (entry.expiresAt !== undefined && context.mode !== 'replay') verified.push('ttl')
  if (context.validate !== undefined) verified.push('validate')
  verified.push(...verifiedInputs(context, entry))
  return verified
}

function* missOf(context: Context, cacheKey: CacheKey, missed: Missed, entry?: Entry): Steps<Explanation> {
  listAgain(context)
  const because = yield* reasonOf(context, cacheKey, missed)
  const ageMs = entry === undefined ? undefined : context.runtime.now() - entry.createdAt
  return { hit: false, reason: missed.reason, ...(ageMs !== undefined && { ageMs }), ...because }
}
