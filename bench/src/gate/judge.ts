import { type Spread, spreadOf } from '../race/spread.ts'
import type { Row } from './rows.ts'

/** What was accepted once, by row. */
export type Accepted = Readonly<Record<string, { readonly ratio: number }>>

/** `met`: within the target. `held`: beyond it, or without one, and no worse than accepted. */
export type Verdict = 'met' | 'held' | 'worse'

export interface Judged extends Spread {
  readonly verdict: Verdict
  /** Beyond this the row is worse. */
  readonly limit: number
}

/** The least that a ratio must have grown before anybody is told, however quiet the machine. */
const LEAST_MARGIN = 0.2

/**
 * A row is worse when it is beyond its target and beyond what was accepted by more than the noise of this very run: one
 * and a half times the distance between the quarters of its blocks, at least 20 %. A row without a target, or with one
 * that it is known to miss, is held to what was accepted alone. A row that was never accepted is held to its target.
 */
export function judge(row: Row, ratios: readonly number[], accepted: Accepted): Judged {
  const spread = spreadOf(ratios)
  const noise = (1.5 * (spread.high - spread.low)) / spread.median
  const margin = 1 + Math.max(LEAST_MARGIN, noise)
  const held = (accepted[row.id]?.ratio ?? row.target ?? Number.POSITIVE_INFINITY) * margin
  const limit = Math.max(held, row.target ?? 0)
  const verdict =
    row.target !== undefined && spread.median <= row.target ? 'met' : spread.median <= limit ? 'held' : 'worse'
  return { ...spread, verdict, limit }
}
