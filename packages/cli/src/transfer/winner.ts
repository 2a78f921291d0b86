import type { Entry } from '@persist/store'
import { sameEntry } from '../entries/same-entry.ts'

/** Who wins where both stores have an entry under one hash: the newer one, the source's, or the target's. */
export type Winner = 'newer' | 'source' | 'target'

/** What is to become of an entry, where the target has one already. */
export function decide(entry: Entry, there: Entry | undefined, winner: Winner): 'copied' | 'same' | 'kept' {
  if (there === undefined) return 'copied'
  if (sameEntry(entry, there)) return 'same'
  if (winner === 'newer') return entry.createdAt > there.createdAt ? 'copied' : 'kept'
  return winner === 'source' ? 'copied' : 'kept'
}
