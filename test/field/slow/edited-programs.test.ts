import { expect, it } from 'vitest'
import { OTHER_RUNTIMES, titleOf } from '../../hosts/runtimes.ts'
import { editAndRun } from '../../programs/run-random-programs.ts'

/** `PERSIST_EDITS=20000` makes it a long test. */
const EDITS = Number(process.env.PERSIST_EDITS ?? 1_000)
const SEED = Number(process.env.PERSIST_SEED ?? Date.now() % 1_000_000)

it.each(OTHER_RUNTIMES.map((runtime) => [titleOf(runtime), runtime.command] as const))(
  `under %s, a persisted function returns what a fresh run returns, after each of ${EDITS} random edits`,
  (_, command) => {
    expect(editAndRun(SEED, EDITS, command)).toBeGreaterThanOrEqual(EDITS)
  },
  3_600_000,
)
