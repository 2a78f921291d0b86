import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { blocksOf, undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'
import { type Found, OVER_EMPTY } from './rows.ts'

const ROUNDS_IN_BLOCK = 4
const HERE = fileURLToPath(new URL('../..', import.meta.url))

/** Import and first hit from disk in a new process, compared with an empty script. */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const cache = `file://${folder}/cache` as const
  const script = program("import { persist } from '@persist/core'", JSON.stringify(cache))
  const took = (args: readonly string[]) => {
    const began = performance.now()
    execFileSync(process.execPath, args, { cwd: HERE })
    return performance.now() - began
  }
  const time = (code: string) => took(['--input-type=module', '-e', code])
  const bundle = inOneFile(folder)
  store(['--input-type=module', '-e', script])
  store([bundle])
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

/**
 * The first run, with RECORD, stores the result; each later run must be a hit. The function has one source text in all of
 * them: a hit of edited source is reported, and the report would be measured too.
 */
function program(imports: string, cache: string): string {
  return `${imports}
    const compute = (id) => {
      if (process.env.RECORD === undefined) throw new Error('a miss')
      return JSON.parse(process.env.RECORD)
    }
    const hit = persist(compute, { funcname: 'hit', cache: ${cache} })
    if (hit(1).id !== 1) process.exit(1)`
}

function store(args: readonly string[]): void {
  const env = { ...process.env, RECORD: JSON.stringify(PAYLOADS.record(1)) }
  execFileSync(process.execPath, args, { cwd: HERE, env, stdio: 'inherit' })
}

/** The lower bound: Node finds, reads and compiles as little as possible for the same first hit. */
function inOneFile(folder: string): string {
  const outfile = join(folder, 'one-file.mjs')
  const imports = "import { persist } from '@persist/core'; import { diskStore } from '@persist/store-disk'"
  const contents = program(imports, `diskStore(${JSON.stringify(`${folder}/bundle`)})`)
  const how = { bundle: true, minify: true, format: 'esm', platform: 'node' } as const
  buildSync({ ...how, stdin: { contents, resolveDir: HERE }, outfile })
  return outfile
}
