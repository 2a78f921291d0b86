import type { StoreAdapter } from '@persist/store'
import { sameEntry } from '../entries/same-entry.ts'
import { withTurns } from '../session/interruption.ts'
import { batchesOf, lookUp } from './batches.ts'
import type { TransferItem } from './transfer-item.ts'

export interface CompareOptions {
  /** Stops the comparison between two batches. */
  readonly signal: AbortSignal
  /** Called after each batch. */
  readonly progress: (compared: number, funcname: string) => void
}

/** How many entries are missing or different in the target. It cannot have one whose hash it refuses. */
export async function countDiffering(
  items: AsyncIterable<TransferItem>,
  target: StoreAdapter,
  { signal, progress }: CompareOptions,
): Promise<number> {
  let differing = 0
  let compared = 0
  for await (const batch of batchesOf(withTurns(items))) {
    if (signal.aborted) break
    const { funcname } = batch[0]!
    const possible = batch.filter(({ entry }) => accepts(target, entry.hash))
    const there = await lookUp(target, target.open(funcname), possible)
    const same = possible.filter(({ entry }, index) => {
      const other = there[index]
      return other !== undefined && sameEntry(entry, other)
    })
    differing += batch.length - same.length
    compared += batch.length
    progress(compared, funcname)
  }
  return differing
}

function accepts(target: StoreAdapter, hash: string): boolean {
  try {
    target.checkHash?.(hash)
    return true
  } catch {
    return false
  }
}
