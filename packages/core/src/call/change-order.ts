import type { Context } from '../context.ts'
import { leaseNameOf } from './own-leases.ts'

// A store whose commands take time may apply them in any order. So the changes of an entry that this process makes wait for
// each other, and calls wait for the changes that were made before them.

/** A change of the store, from the call that makes it to the reply of the store. */
export interface Change {
  /** Settles when the changes before it have ended. `undefined`: there are none. */
  readonly before: Promise<unknown> | undefined
  /** Lets later changes go on. */
  readonly end: () => void
}

const AT_ONCE: Change = { before: undefined, end: () => {} }

/** Begins a change of one entry, or of all, which a deletion of all or by tag is. */
export function beginChange(context: Context, hash: string | undefined): Change {
  if (context.adapter.mode === 'sync') return AT_ONCE
  const before = settled(context, context.peers.changes(hash, true))
  return { before, end: context.changes.begin(hash) }
}

/** Begins to write the result of a run. Deletions of all entries need no wait: they fence the run, or may delete the entry. */
export function beginWrite(context: Context, hash: string): Change {
  if (context.adapter.mode === 'sync') return AT_ONCE
  const before = settled(context, context.peers.changes(hash, false))
  return { before, end: context.changes.begin(hash) }
}

/** Settles when the changes of an entry, and of all, that were made before have ended. `undefined`: there are none. */
export function pendingChanges(context: Context, hash: string): Promise<unknown> | undefined {
  return context.adapter.mode === 'sync' ? undefined : settled(context, context.peers.changes(hash, true))
}

/** Like {@link pendingChanges}, also for the result of the entry that waited for the store and is being stored. */
export function pendingWrites(context: Context, hash: string): Promise<unknown> | undefined {
  const { adapter, circuit, peers } = context
  if (adapter.mode === 'sync') return undefined
  const changes = peers.changes(hash, true)
  const storing = circuit.unsaved.isStoring ? circuit.unsaved.storing(leaseNameOf(context, { hash })) : undefined
  return settled(context, storing === undefined ? changes : [...changes, storing])
}

/** Whether changes of an entry, or of all, are under way. */
export function areChangesPending(context: Context, hash: string): boolean {
  return context.adapter.mode === 'async' && context.peers.changes(hash, true).length > 0
}

/** A short `waitTimeout` is meant for other calls, not for the commands of this process. */
const LEAST_WAIT_MS = 60_000

/** Waits for changes for at most `waitTimeout`, or a minute if that is longer, since a store may never reply. */
function settled(context: Context, changes: readonly Promise<unknown>[]): Promise<unknown> | undefined {
  if (changes.length === 0) return undefined
  return new Promise((resolve) => {
    const ms = Math.max(context.waitTimeout, LEAST_WAIT_MS)
    const cancel = ms === Number.POSITIVE_INFINITY ? () => {} : context.runtime.later(ms, () => resolve(undefined))
    Promise.all(changes).then(() => {
      cancel()
      resolve(undefined)
    })
  })
}
