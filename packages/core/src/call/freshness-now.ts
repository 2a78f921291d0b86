import type { Entry } from '@persist/store'
import type { Context } from '../context.ts'
import { checkFreshness, FRESH, type Freshness, otherVersionOrSource } from './freshness.ts'
import type { Found } from './lookup-result.ts'
import { leaseNameOf } from './own-leases.ts'

/** The freshness of an entry by the rules and the clock of the persisted function. */
export function checkFreshnessNow(
  context: Context,
  head: Omit<Entry, 'payload'>,
  maxAge = Number.POSITIVE_INFINITY,
): Freshness {
  const rules = context.freshnessRules
  // A replay has no clock. Most entries never expire and need none.
  const isTimeless = context.mode === 'replay' || (head.expiresAt === undefined && maxAge === Number.POSITIVE_INFINITY)
  if (isTimeless) return otherVersionOrSource(head, rules) ?? FRESH
  return checkFreshness(head, { ...rules, now: context.runtime.now(), maxAge })
}

/**
 * Whether an entry of the store is one that this process has deleted or replaced, and the store has not done that yet: it was
 * busy.
 */
export function isHidden(context: Context, head: Omit<Entry, 'payload'>): boolean {
  const { unsaved } = context.circuit
  return !unsaved.isEmpty && unsaved.hides(leaseNameOf(context, { hash: '' }), head)
}

/** Whether an expired result may be served instead of an error now. The function may have taken long to fail. */
export function isStillServed(context: Context, { entry }: Found<'stale-if-error'>, maxAge: number): boolean {
  return checkFreshnessNow(context, entry, maxAge).kind !== 'miss'
}
