import { expect, it } from 'vitest'
import { editAndRun, PROGRAMS } from '../../../packages/code/test/support/run-random-programs.ts'
import { installRuntimes } from '../runtime-installed.ts'

const ROUNDS = 60
const SEED = Date.now() % 1_000_000
const runtimes = installRuntimes()

it.each(Object.entries(runtimes))(
  'under %s, a persisted function returns what a fresh run returns, after each of 960 random edits',
  (_, command) => {
    expect(editAndRun(SEED, ROUNDS, command)).toBe(ROUNDS * PROGRAMS)
  },
)
