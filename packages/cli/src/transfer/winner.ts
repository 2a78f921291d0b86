import type { Entry } from '@persist/store'
import { sameEntry } from './same-entry.ts'

/** The entry that wins if both stores have one under a hash: the newer one, that of the source, or that of the target. */
export type Winner = 'newer' | 'source' | 'target'

/** Decides about an entry. `there` is the entry of the target. */
export function decide(entry: Entry, there: Entry | undefined, winner: Winner): 'copied' | 'same' | 'kept' {
  if (there === undefined) return 'copied'
  if (sameEntry(entry, there)) return 'same'
  if (winner === 'newer') return entry.createdAt > there.createdAt ? 'copied' : 'kept'
  return winner === 'source' ? 'copied' : 'kept'
}
