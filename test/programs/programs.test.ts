import { expect, it } from 'vitest'
import { editAndRun } from './run-random-programs.ts'

/** `PERSIST_EDITS=20000` makes it a long test. */
const EDITS = Number(process.env.PERSIST_EDITS ?? 500)
const SEED = Number(process.env.PERSIST_SEED ?? Date.now() % 1_000_000)

it(`a persisted function returns what a fresh run returns, after each of ${EDITS} random edits of random programs and of what they read`, () => {
  expect(editAndRun(SEED, EDITS)).toBeGreaterThanOrEqual(EDITS)
}, 3_600_000)
