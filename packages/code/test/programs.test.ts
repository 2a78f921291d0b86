import { expect, it } from 'vitest'
import { editAndRun, PROGRAMS } from './support/run-random-programs.ts'

/** `PERSIST_EDITS=20000` makes it a long test. */
const EDITS = Number(process.env.PERSIST_EDITS ?? 320)
const SEED = Number(process.env.PERSIST_SEED ?? Date.now() % 1_000_000)

it(`a persisted function returns what a fresh run returns, after each of ${EDITS} random edits of random programs`, () => {
  expect(editAndRun(SEED, Math.ceil(EDITS / PROGRAMS))).toBeGreaterThanOrEqual(EDITS)
}, 3_600_000)
