/** One function to time. `run` is called `batch` times in a row within a round. */
export interface Subject {
  readonly name: string
  readonly run: () => unknown
}

/** The median time of one call, in microseconds. */
export interface Timing {
  readonly name: string
  readonly micros: number
}

/**
 * Times the subjects interleaved, round by round, so that a slow second of the machine affects all of them, and returns the
 * median of each. Awaits the promises of a subject.
 */
export async function interleaved(
  subjects: readonly Subject[],
  options: { rounds?: number; batch?: number } = {},
): Promise<Timing[]> {
  const { rounds = 31, batch = 200 } = options
  const samples = subjects.map(() => [] as number[])
  for (let round = -2; round < rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const start = performance.now()
      for (let call = 0; call < batch; call++) {
        const result = subject.run()
        if (result instanceof Promise) await result
      }
      const micros = ((performance.now() - start) * 1000) / batch
      if (round >= 0) samples[index]!.push(micros)
    }
  }
  return subjects.map((subject, index) => ({ name: subject.name, micros: median(samples[index]!) }))
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Prints `ratio` beside its target and returns whether it is met. */
export function row(what: string, ratio: number, target: number): boolean {
  const met = ratio <= target
  console.log(`${met ? 'ok  ' : 'OVER'} ${what.padEnd(64)} ${ratio.toFixed(2).padStart(7)} (target ${target})`)
  return met
}
