import fc from 'fast-check'
import { expect, test } from 'vitest'
import { play } from './cli-state/play.ts'
import { type Step, stepsOf, type World, world } from './cli-state/steps.ts'

const SOAK = process.env.PERSIST_SOAK === '1'
const TIMEOUT = SOAK ? 7_200_000 : 240_000

const asFunctions = stepsOf({ use: 8, command: 5, wait: 3, turns: 3, settle: 3, exam: 4 })
const asProcesses = stepsOf({ use: 8, command: 4, wait: 1, turns: 1, settle: 1, exam: 0 })

async function everySequence(
  step: fc.Arbitrary<Step>,
  size: { readonly minLength?: number; readonly maxLength: number },
  numRuns: number,
  commands: 'here' | 'processes',
): Promise<void> {
  let played = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { size: 'max', ...size }), world, async (steps: Step[], where: World) => {
      await ends(play(steps, where, commands))
      played++
    }),
    // Shrinking a sequence takes long if its commands are processes.
    { numRuns, endOnFailure: commands === 'processes' },
  )
  expect(played).toBe(numRuns)
}

/** Fails if a sequence hangs. The limit is far longer than any sequence takes. */
async function ends(played: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), 60_000)
  })
  await Promise.race([played, late]).finally(() => clearTimeout(timer))
}

test(
  'for any commands on a cache in use, no value is wrong, no stored entry is lost, and reading changes nothing',
  { timeout: TIMEOUT },
  () => everySequence(asFunctions, { maxLength: 40 }, SOAK ? 5_000 : 80, 'here'),
)

test('the same holds while the commands are other processes', { timeout: TIMEOUT }, () =>
  everySequence(asProcesses, { minLength: 10, maxLength: 20 }, SOAK ? 200 : 4, 'processes'),
)
