import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { Random, RandomProgram } from './random-program.ts'

const RUNNER = fileURLToPath(new URL('../children/run-programs.mjs', import.meta.url))
const CALLS = [0, 1, 5]

interface Ran {
  readonly folder: string
  readonly results: readonly number[]
  readonly misses: number
}

/** How many programs run in one process, one edit each. */
export const PROGRAMS = 16

/**
 * Edits random programs, and runs them again in a new process after each edit: their results must be right, and those of a
 * program that was not edited must be stored ones. Returns the number of edits.
 */
export function editAndRun(seed: number, rounds: number, command: readonly string[] = [process.execPath]): number {
  const random = new Random(seed)
  const programs = Array.from({ length: PROGRAMS }, () => new RandomProgram(random))
  let variable = 1
  const run = (clock: string): Ran[] => {
    const [program, ...flags] = command
    const args = [...flags, RUNNER, clock, JSON.stringify(CALLS), ...programs.map(({ folder }) => folder)]
    const env = { ...process.env, FUZZ_A: String(variable) }
    const lines = execFileSync(program!, args, { encoding: 'utf8', env }).trim().split('\n')
    return lines.map((line) => JSON.parse(line))
  }
  try {
    run('right')
    for (let round = 0; round < rounds; round++) {
      const edits = programs.map((program) => program.edit())
      const isNewVariable = random.below(8) === 0
      if (isNewVariable) variable = random.below(50)
      const ran = run(random.pick(['right', 'ahead']))
      for (const [i, program] of programs.entries()) {
        const what = `seed ${seed}, round ${round}, program ${i}, edit: ${edits[i]}`
        expect(ran[i], what).toMatchObject({
          folder: program.folder,
          results: program.results(CALLS, { FUZZ_A: variable }),
          ...(edits[i] === 'nothing' && !isNewVariable && { misses: 0 }),
        })
      }
    }
  } finally {
    for (const program of programs) program.remove()
  }
  return rounds * PROGRAMS
}
