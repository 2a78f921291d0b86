import { type Spread, spreadOf } from '../race/spread.ts'
import type { Row } from './rows.ts'

/** The accepted ratios, by row. */
export type Accepted = Readonly<Record<string, { readonly ratio: number }>>

/** `met`: within the target. `held`: beyond the target or without one, but no worse than accepted. */
export type Verdict = 'met' | 'held' | 'worse'

export interface Judged extends Spread {
  readonly verdict: Verdict
  /** Beyond this the row is worse. */
  readonly limit: number
}

/** A ratio must grow by at least this share to be worse, even on a quiet machine. */
const LEAST_MARGIN = 0.2

/**
 * A row is worse if it is beyond its target, and beyond the accepted ratio by more than the noise of this run: one and a half
 * times the distance between the quarters of its blocks, at least 20 %. A row without a target, or with a target that it is
 * known to miss, is compared only with the accepted ratio. A row that was never accepted is compared with its target.
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
