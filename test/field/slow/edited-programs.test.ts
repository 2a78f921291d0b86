import { expect, it } from 'vitest'
import { editAndRun, PROGRAMS } from '../../../packages/code/test/support/run-random-programs.ts'
import { OTHER_RUNTIMES, titleOf } from '../../hosts/runtimes.ts'

const ROUNDS = 60
const SEED = Date.now() % 1_000_000

it.each(OTHER_RUNTIMES.map((runtime) => [titleOf(runtime), runtime.command] as const))(
  'under %s, a persisted function returns what a fresh run returns, after each of 960 random edits',
  (_, command) => {
    expect(editAndRun(SEED, ROUNDS, command)).toBe(ROUNDS * PROGRAMS)
  },
)
