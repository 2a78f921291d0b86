import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { Random, RandomProgram, type Step } from './random-program.ts'

const RUNNER = fileURLToPath(new URL('./run-programs.mjs', import.meta.url))
const CALLS = [0, 1, 5]

interface Ran {
  readonly folder: string
  /** The results at first, and after each step. */
  readonly results: readonly (readonly number[])[]
  /** Those before the first step. */
  readonly misses: number
}

/** How many programs run in one process, one edit each. */
export const PROGRAMS = 16
/** A running program with `trace` changes its inputs at most so many times. */
const MOST_STEPS = 4

/**
 * Edits random programs, and runs them again in a new process after each edit: their results must be right, and those of a
 * program that was not edited must be stored ones. While they run, programs with `trace` change their own inputs, some
 * times each. Returns the number of edits, with these changes, once there are at least as many as wanted.
 */
export function editAndRun(seed: number, wanted: number, command: readonly string[] = [process.execPath]): number {
  const random = new Random(seed)
  const programs = Array.from({ length: PROGRAMS }, (_, index) => new RandomProgram(random, index))
  let variable = 1
  const run = (clock: string, steps: readonly (readonly Step[])[], values: readonly string[]): Ran[] => {
    const [program, ...flags] = command
    const work = programs.map(({ folder, variable }, index) => ({ folder, variable, steps: steps[index] ?? [] }))
    const own = programs.map(({ variable }, index) => [variable, values[index]])
    const args = [...flags, RUNNER, clock, JSON.stringify(CALLS)]
    const env = { ...process.env, FUZZ_A: String(variable), ...Object.fromEntries(own) }
    const input = JSON.stringify(work)
    const lines = execFileSync(program!, args, { encoding: 'utf8', env, input }).trim().split('\n')
    return lines.map((line) => JSON.parse(line))
  }
  const valuesNow = () => programs.map(({ variableValue }) => variableValue)
  let edited = 0
  try {
    run('right', [], valuesNow())
    for (let round = 0; edited < wanted; round++) {
      const edits = programs.map((program) => program.edit())
      const isNewVariable = random.below(8) === 0
      if (isNewVariable) variable = random.below(50)
      // A clock that is ahead trusts times at once, also those of two changes within one tick.
      const clock = random.pick(['right', 'ahead'])
      const before = valuesNow()
      const expected = programs.map((program) => [program.results(CALLS, { FUZZ_A: variable })])
      const steps = programs.map((program, index) => {
        const count = clock === 'right' ? random.below(MOST_STEPS + 1) : 0
        return Array.from({ length: count }, () => {
          const step = program.step()
          if (step !== undefined) expected[index]!.push(program.results(CALLS, { FUZZ_A: variable }))
          return step
        }).filter((step) => step !== undefined)
      })
      const ran = run(clock, steps, before)
      for (const [i, program] of programs.entries()) {
        const what = `seed ${seed}, round ${round}, program ${i}, edit: ${edits[i]}, steps: ${JSON.stringify(steps[i])}`
        expect(ran[i], what).toMatchObject({
          folder: program.folder,
          results: expected[i],
          ...(edits[i] === 'nothing' && !isNewVariable && { misses: 0 }),
        })
        edited += 1 + steps[i]!.length
      }
    }
  } finally {
    for (const program of programs) program.remove()
  }
  return edited
}
