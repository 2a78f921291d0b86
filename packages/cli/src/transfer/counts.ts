import { bytes, count, entries } from '../output/format.ts'

/** How many entries had each outcome. */
export interface TransferCounts {
  /** Written. */
  copied: number
  /** The target had an equal entry. */
  same: number
  /** The target had another entry, which stayed. */
  kept: number
  /** The target is computing them now. */
  busy: number
  /** The target refused them. */
  failed: number
  /** The total size of the written payloads. */
  bytes: number
}

export function noCounts(): TransferCounts {
  return { copied: 0, same: 0, kept: 0, busy: 0, failed: 0, bytes: 0 }
}

/** How many entries were processed. */
export function processed({ copied, same, kept, busy, failed }: TransferCounts): number {
  return copied + same + kept + busy + failed
}

/** The counts in words. */
export function describeCounts(counts: TransferCounts, damaged: number, differing?: number): string {
  const parts = [`${entries(counts.copied)} copied (${bytes(counts.bytes)})`]
  if (counts.same > 0) parts.push(`${count(counts.same)} were there already`)
  if (counts.kept > 0) parts.push(`${count(counts.kept)} differ in the target and stayed`)
  if (counts.busy > 0) parts.push(`${count(counts.busy)} left out: the target computes them now, so try again later`)
  if (counts.failed > 0) parts.push(`${count(counts.failed)} refused`)
  if (damaged > 0) parts.push(`${count(damaged)} damaged in the source`)
  if (differing !== undefined) parts.push(differing === 0 ? 'all equal' : `${count(differing)} not equal`)
  return parts.join(', ')
}
