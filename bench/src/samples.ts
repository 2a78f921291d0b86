import type { Subject } from './measure.ts'

/** Short rounds in one block. Each block makes one ratio. */
const ROUNDS_IN_BLOCK = 12
/** Rounds that do not count. The compiler needs about a thousand calls of a subject. */
const WARM_UP_ROUNDS = 80

/**
 * Times the subjects interleaved, in blocks of short rounds, and returns the time of each in each round, in microseconds per
 * call. `batch` is the number of calls in a row. It should take about a millisecond, so that some rounds run undisturbed on
 * a busy machine.
 */
export async function samples(
  subjects: readonly Subject[],
  options: { readonly blocks: number; readonly batch: number; readonly inBlock?: number; readonly warmUp?: number },
): Promise<number[][]> {
  const { blocks, batch, inBlock = ROUNDS_IN_BLOCK, warmUp = WARM_UP_ROUNDS } = options
  const taken = subjects.map(() => [] as number[])
  for (let round = -warmUp; round < blocks * inBlock; round++) {
    // The first subject pays for the garbage of the one before it, so they take turns.
    for (let turn = 0; turn < subjects.length; turn++) {
      const index = (turn + Math.max(round, 0)) % subjects.length
      const start = performance.now()
      for (let call = 0; call < batch; call++) {
        const result = subjects[index]!.run()
        if (result instanceof Promise) await result
      }
      if (round >= 0) taken[index]!.push(((performance.now() - start) * 1000) / batch)
    }
  }
  return taken
}

/**
 * The ratio of two subjects in each block, by the lower quarter of the rounds of each. Other processes only add to a time, so
 * the faster rounds are more accurate.
 */
export function ratios(ones: readonly number[], others: readonly number[], inBlock = ROUNDS_IN_BLOCK): number[] {
  return blocksOf(ones, inBlock).map(
    (block, index) => undisturbed(block) / undisturbed(blocksOf(others, inBlock)[index]!),
  )
}

/** The lower quarter of the rounds. */
export function undisturbed(rounds: readonly number[]): number {
  const sorted = [...rounds].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 4)] ?? Number.NaN
}

export function blocksOf<T>(rounds: readonly T[], inBlock: number): T[][] {
  return Array.from({ length: Math.floor(rounds.length / inBlock) }, (_, block) =>
    rounds.slice(block * inBlock, (block + 1) * inBlock),
  )
}
