import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from '../work/ask.ts'
import type { Together } from '../work/together.ts'
import { type Runner, work } from './runner.ts'

/** The result of many calls for one key at the same time. */
export interface Crowd {
  readonly calls: number
  /** How often the function ran. */
  readonly runs: number
  /** Calls that got no answer or a wrong one. */
  readonly bad: number
}

/** 64 calls at once in one process. */
export async function together(runners: readonly Runner[], calls: number, folder: string) {
  const crowds: Record<string, Crowd> = {}
  for (const runner of runners) {
    if (runner.lacks?.together !== undefined) continue
    const { result } = await work<Together>(runner, 'together', join(folder, runner.id), { calls })
    crowds[runner.id] = result ?? { calls, runs: 0, bad: calls }
  }
  return crowds
}

/** Several processes at once, each with one call. */
export async function processes(runners: readonly Runner[], count: number, folder: string) {
  const crowds: Record<string, Crowd> = {}
  for (const runner of runners) {
    if (runner.lacks?.processes !== undefined) continue
    const place = join(folder, runner.id)
    const runs = `${place}.runs`
    mkdirSync(folder, { recursive: true })
    // This is late enough for all to be ready. They start one after the other on few cores.
    const at = Date.now() + 150 * count
    const ended = await Promise.all(
      Array.from({ length: count }, () =>
        work<{ answer: Answer }>(runner, 'alone', place, { at, runs }, { timeoutMs: 20_000 }),
      ),
    )
    crowds[runner.id] = {
      calls: count,
      runs: existsSync(runs) ? statSync(runs).size : 0,
      bad: ended.filter(({ result }) => result?.answer !== 'right').length,
    }
  }
  return crowds
}
