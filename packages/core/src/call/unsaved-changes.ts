import type { Entry, Head } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import { DELETED } from '../state/unsaved-results.ts'
import { beganAt } from './freshness.ts'
import { hasOwnLeases, leaseNameOf } from './own-leases.ts'
import { isHead } from './replies.ts'
import { resultInReserve } from './succession.ts'

/** The name under which a deletion waits for its store: of one entry, of those with a tag, or of all. */
export function deletionNameOf(context: Context, hash = '', tag?: string): string {
  // Not the whole key, which may be long.
  return leaseNameOf(context, { hash }) + (tag === undefined ? '' : `\0${tag}`)
}

/** An entry, or what takes its place. */
export interface CurrentEntry {
  readonly entry: Entry
  /** It waits for the store, as it was before it was compressed and encrypted. */
  readonly isDecoded: boolean
}

/** Whether no result or deletion of this process waits, and no run that one may have been left to. */
export function isAllInForce(context: Context): boolean {
  return context.circuit.unsaved.isEmpty && !hasOwnLeases()
}

/**
 * The entry that a call may get in place of a stored one: the result of a refresh or a `put` that is to replace it and waits for
 * the store, or for the lease of another run, or for the end of a later refresh. `undefined`: a deletion that waits is to delete
 * it, or came after that result. A result that is being stored is not compared with itself.
 */
export function currentEntry(context: Context, entry: Entry, flight: Flight | undefined): CurrentEntry | undefined {
  if (!isHead(entry)) return { entry, isDecoded: false }
  const waiting = flight?.isUnsaved === true ? undefined : insteadOf(context, entry)
  if (waiting !== undefined) return waiting === DELETED ? undefined : { entry: waiting, isDecoded: true }
  return isDeleted(context, entry) ? undefined : { entry, isDecoded: false }
}

/** Whether an entry of the store is to be deleted or replaced by this process, and that waits. */
export function isOutOfForce(context: Context, head: Head): boolean {
  return insteadOf(context, head) !== undefined || isDeleted(context, head)
}

function insteadOf(context: Context, head: Head): Entry | typeof DELETED | undefined {
  const { unsaved } = context.circuit
  const waiting = unsaved.isEmpty ? undefined : unsaved.insteadOf(leaseNameOf(context, head), head)
  const left = resultInReserve(context, head)
  const current = waiting === undefined || waiting === DELETED ? head : waiting
  if (left === undefined || beganAt(current) > beganAt(left.entry)) return waiting
  return left.isFenced ? DELETED : left.entry
}

function isDeleted(context: Context, head: Head): boolean {
  if (context.circuit.unsaved.isEmpty) return false
  const { hash, tags } = head
  const deletes = (...target: [hash?: string, tag?: string]) =>
    context.circuit.unsaved.isDeleted(deletionNameOf(context, ...target), head)
  return deletes(hash) || deletes() || (Array.isArray(tags) && tags.some((tag) => deletes('', tag)))
}
