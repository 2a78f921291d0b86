/** A figure measured in several rounds. */
export interface Spread {
  readonly median: number
  /** Half of all rounds are between the lower and the upper quarter. */
  readonly low: number
  readonly high: number
  readonly rounds: number
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { median: at(0.5), low: at(0.25), high: at(0.75), rounds: sorted.length }
}
