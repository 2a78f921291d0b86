import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPersist } from '@persist/core'
import { buildSync } from 'esbuild'
import { blocksOf, undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'
import { type Found, OVER_EMPTY } from './rows.ts'

const ROUNDS_IN_BLOCK = 4
const HERE = fileURLToPath(new URL('../..', import.meta.url))

/** Import and first hit from disk in a new process, compared with an empty script. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const cache = `file://${folder}/cache` as const
  createPersist({ env: {} })((id: number) => PAYLOADS.record(id), { funcname: 'hit', cache })(1)
  const script = `import { persist } from '@persist/core'
    const hit = persist((id) => { throw new Error('a miss') }, { funcname: 'hit', cache: ${JSON.stringify(cache)} })
    if (hit(1).id !== 1) process.exit(1)`
  const took = (args: readonly string[]) => {
    const began = performance.now()
    execFileSync(process.execPath, args, { cwd: HERE })
    return performance.now() - began
  }
  const time = (code: string) => took(['--input-type=module', '-e', code])
  const bundle = inOneFile(folder)
  time(script)
  const rounds = Array.from(
    { length: blocks * ROUNDS_IN_BLOCK },
    () => [time(''), time(script), took([bundle])] as const,
  )
  const empty = (some: typeof rounds) => undisturbed(some.map(([first]) => first))
  const over = (some: typeof rounds, which: 1 | 2) => undisturbed(some.map((round) => round[which])) - empty(some)
  return {
    ratios: { 'cold-start': blocksOf(rounds, ROUNDS_IN_BLOCK).map((block) => over(block, 1) / empty(block)) },
    times: {
      [OVER_EMPTY]: over(rounds, 1),
      'the same program bundled into one file, minified, over an empty script, ms': over(rounds, 2),
      'an empty script, ms': empty(rounds),
    },
  }
}

/** The lower bound: Node finds, reads and compiles as little as possible for the same first hit. */
function inOneFile(folder: string): string {
  const outfile = join(folder, 'one-file.mjs')
  const contents = `import { persist } from '@persist/core'
    import { diskStore } from '@persist/store-disk'
    const cache = diskStore(${JSON.stringify(`${folder}/cache`)})
    const hit = persist((id) => { throw new Error('a miss') }, { funcname: 'hit', cache })
    if (hit(1).id !== 1) process.exit(1)`
  const how = { bundle: true, minify: true, format: 'esm', platform: 'node' } as const
  buildSync({ ...how, stdin: { contents, resolveDir: HERE }, outfile })
  return outfile
}
