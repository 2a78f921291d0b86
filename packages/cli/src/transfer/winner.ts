import type { Entry } from '@persist/store'
import { sameEntry } from '../entries/same-entry.ts'

/** Which entry stays if both stores have one under the same hash: the newer one, the source's, or the target's. */
export type Winner = 'newer' | 'source' | 'target'

/** The outcome for an entry if the target has the entry `there`. */
export function decide(entry: Entry, there: Entry | undefined, winner: Winner): 'copied' | 'same' | 'kept' {
  if (there === undefined) return 'copied'
  if (sameEntry(entry, there)) return 'same'
  if (winner === 'newer') return entry.createdAt > there.createdAt ? 'copied' : 'kept'
  return winner === 'source' ? 'copied' : 'kept'
}
