import type { Entry } from '@persist/store'
import type { Missed } from '../context.ts'

/** The result of a lookup in the store. */
export type LookupResult = Missed | Found<'fresh'> | Found<'stale'> | Found<'stale-if-error'>

/** An entry that may be served, with its value. */
export interface Found<Kind extends 'fresh' | 'stale' | 'stale-if-error'> {
  readonly kind: Kind
  readonly entry: Entry
  readonly value: unknown
  /** The position in the order of changes of the memory tier before the store was read. */
  readonly mark: number | undefined
}

/** Replaces a lookup for a call that computes even if there is a stored result. */
export const REFRESH: LookupResult = { kind: 'miss', reason: 'refresh' }
/** Replaces a lookup if the entry is known to be absent. */
export const ABSENT: Missed = { kind: 'miss', reason: 'absent' }
