import type { Subject } from './measure.ts'

/** Short rounds in one block; each block gives one ratio. */
const ROUNDS_IN_BLOCK = 12
/** Before anything counts: the compiler has to have seen a subject a thousand times. */
const WARM_UP_ROUNDS = 80

/**
 * Times the subjects interleaved, in blocks of short rounds, and gives what each took in each round, in microseconds a
 * call. `batch`: calls in a row, few enough to last about a millisecond, so that on a busy machine some rounds run
 * undisturbed.
 */
export async function samples(
  subjects: readonly Subject[],
  options: { readonly blocks: number; readonly batch: number; readonly inBlock?: number; readonly warmUp?: number },
): Promise<number[][]> {
  const { blocks, batch, inBlock = ROUNDS_IN_BLOCK, warmUp = WARM_UP_ROUNDS } = options
  const taken = subjects.map(() => [] as number[])
  for (let round = -warmUp; round < blocks * inBlock; round++) {
    // Who comes first pays for what the one before left behind, so they take turns.
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
 * Block by block, how much the first took of what the second took, by the lower quarter of each: other processes only
 * ever add to a time, so the faster rounds are the truer ones.
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
