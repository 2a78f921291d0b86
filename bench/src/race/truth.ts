import { join } from 'node:path'
import type { Answer } from '../work/ask.ts'
import type { Kept } from '../work/values.ts'
import { type Runner, work } from './runner.ts'

/**
 * `kept`: the next process gets an equal value without running the function. `again`: the right value, but computed
 * again each time. `error`: the caller gets no value. `wrong`: the caller gets another value than the function returned.
 */
export type Fate = 'kept' | 'again' | 'error' | 'wrong'

/** `apart`: each argument list has its own result. `shared`: one got the result of the other. */
export type Pairing = 'apart' | 'error' | 'shared'

/** Twelve kinds of values, written by one process and read by the next. */
export async function values(runners: readonly Runner[], folder: string) {
  const fates: Record<string, Record<string, Fate>> = {}
  for (const runner of runners) {
    if (runner.lacks?.values !== undefined) continue
    const place = join(folder, runner.id)
    const before = (await work<Record<string, Kept>>(runner, 'values', place)).result ?? {}
    const after = (await work<Record<string, Kept>>(runner, 'values', place)).result ?? {}
    fates[runner.id] = Object.fromEntries(
      Object.entries(after).map(([kind, kept]) => [kind, fateOf(before[kind]!, kept)]),
    )
  }
  return fates
}

function fateOf(before: Kept, after: Kept): Fate {
  const answers = [before.answer, after.answer]
  if (answers.includes('wrong')) return 'wrong'
  if (answers.some((answer) => answer !== 'right')) return 'error'
  return after.ran ? 'again' : 'kept'
}

/** Twelve pairs of argument lists that must not share an entry. */
export async function pairs(runners: readonly Runner[], folder: string) {
  const pairings: Record<string, Record<string, Pairing>> = {}
  for (const runner of runners) {
    if (runner.lacks?.pairs !== undefined) continue
    const { result } = await work<Record<string, Answer>>(runner, 'pairs', join(folder, runner.id))
    pairings[runner.id] = Object.fromEntries(
      Object.entries(result ?? {}).map(([pair, answer]) => [
        pair,
        answer === 'right' ? 'apart' : answer === 'wrong' ? 'shared' : 'error',
      ]),
    )
  }
  return pairings
}
