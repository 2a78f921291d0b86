import type { Entry } from '@persist/store'
import type { Succession } from '../concurrency/flight.ts'
import type { Context } from '../context.ts'
import type { RightToStore } from './lease-result.ts'

/** An entry to store, with the right to store it. */
export interface Publication {
  readonly acquired: RightToStore
  /** It has the lease, which may be replaced meanwhile. */
  readonly succession: Succession
  /** The position in the order of deletions by tag at which the computation began. */
  readonly mark: string | undefined
  readonly entry: Entry
  readonly value: unknown
  /** Since when it waits for its store to be back, by the monotonic clock. */
  readonly unsavedSince?: number
  /** Its lease is that of an earlier result, whose run began before. */
  readonly inheritsLease?: boolean
  /** The user has put it: a later run only replaces it if its call does not accept it. */
  readonly isPut?: boolean
}

/** Whether the place of a result in the order of deletions by tag is not known: the store was away when its run began. */
export function isUnplaced({ store }: Context, mark: string | undefined, { tags }: Entry): boolean {
  return tags !== undefined && mark === undefined && store.tagFence !== undefined
}
