import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createPersist } from '@persist/core'
import { blocksOf, undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'
import { type Found, OVER_EMPTY } from './rows.ts'

const PAIRS_IN_BLOCK = 4
const HERE = fileURLToPath(new URL('../..', import.meta.url))

/** Import and first hit from disk in a new process, over an empty script, each beside the other. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const cache = `file://${folder}/cache` as const
  createPersist({ env: {} })((id: number) => PAYLOADS.record(id), { funcname: 'hit', cache })(1)
  const script = `import { persist } from '@persist/core'
    const hit = persist((id) => { throw new Error('a miss') }, { funcname: 'hit', cache: ${JSON.stringify(cache)} })
    if (hit(1).id !== 1) process.exit(1)`
  const time = (code: string) => {
    const began = performance.now()
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: HERE })
    return performance.now() - began
  }
  time(script)
  const pairs = Array.from({ length: blocks * PAIRS_IN_BLOCK }, () => [time(''), time(script)] as const)
  const empty = (some: typeof pairs) => undisturbed(some.map(([first]) => first))
  const over = (some: typeof pairs) => undisturbed(some.map(([, second]) => second)) - empty(some)
  return {
    ratios: { 'cold-start': blocksOf(pairs, PAIRS_IN_BLOCK).map((block) => over(block) / empty(block)) },
    times: {
      [OVER_EMPTY]: over(pairs),
      'an empty script, ms': empty(pairs),
    },
  }
}
