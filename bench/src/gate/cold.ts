import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { ratios, undisturbed } from '../samples.ts'
import { PAYLOADS } from '../work/payloads.ts'
import { type Found, OVER_EMPTY } from './rows.ts'

const ROUNDS_IN_BLOCK = 4
/** The folder from which the packages are found. */
export const HERE = fileURLToPath(new URL('../..', import.meta.url))
export const MODULE = ['--input-type=module', '-e']

/** The time of one process: from its first statement to its last, and from its start to its end. In milliseconds. */
interface Took {
  readonly inside: number
  readonly whole: number
}

/**
 * Import and first hit from disk in a new process, compared with the same of cacache, the cache of npm. Both times are taken
 * inside of their processes and contain the same kind of work (find, read and compile modules, read one entry), so that a
 * slow or busy machine slows down both.
 */
export async function measure(folder: string, blocks: number): Promise<Found> {
  const ours = [...MODULE, ourProgram("'@persist/core'", JSON.stringify(`file://${folder}/cache`))]
  const peer = [...MODULE, peerProgram(join(folder, 'cacache'))]
  const bundle = [inOneFile(folder)]
  const empty = [...MODULE, 'console.log(0)']
  for (const first of [ours, peer, bundle]) run(first, { RECORD: JSON.stringify(PAYLOADS.record(1)) })
  const programs = [ours, peer, bundle, empty]
  const rounds = Array.from({ length: blocks * ROUNDS_IN_BLOCK }, () => programs.map((program) => run(program)))
  const inside = (which: number) => rounds.map((round) => round[which]!.inside)
  const whole = (which: number) => undisturbed(rounds.map((round) => round[which]!.whole))
  return {
    ratios: { 'cold-start': ratios(inside(0), inside(1), ROUNDS_IN_BLOCK) },
    times: {
      [OVER_EMPTY]: whole(0) - whole(3),
      'the same program bundled into one file, minified, over an empty script, ms': whole(2) - whole(3),
      'the same with cacache, over an empty script, ms': whole(1) - whole(3),
      'an empty script, ms': whole(3),
    },
  }
}

/**
 * The first run, with RECORD, stores the result; each later run must be a hit. The function has one source text in all of
 * them: a hit of edited source is reported, and the report would be measured too.
 */
function ourProgram(core: string, cache: string, before = ''): string {
  return `${before}
    const began = performance.now()
    const { persist } = await import(${core})
    const compute = (id) => {
      if (process.env.RECORD === undefined) throw new Error('a miss')
      return JSON.parse(process.env.RECORD)
    }
    const hit = persist(compute, { funcname: 'hit', cache: ${cache} })
    if (hit(1).id !== 1) process.exit(1)
    console.log(performance.now() - began)`
}

function peerProgram(folder: string): string {
  const cache = JSON.stringify(folder)
  return `const began = performance.now()
    const { default: cacache } = await import('cacache')
    if (process.env.RECORD !== undefined) await cacache.put(${cache}, 'hit/1', process.env.RECORD)
    const { data } = await cacache.get(${cache}, 'hit/1')
    if (JSON.parse(data.toString()).id !== 1) process.exit(1)
    console.log(performance.now() - began)`
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Took {
  const began = performance.now()
  const output = execFileSync(process.execPath, args, { cwd: HERE, env: { ...process.env, ...env }, encoding: 'utf8' })
  return { inside: Number(output), whole: performance.now() - began }
}

/** The lower bound: Node finds, reads and compiles as little as possible for the same first hit. */
function inOneFile(folder: string): string {
  const outfile = join(folder, 'one-file.mjs')
  const store = "import { diskStore } from '@persist/store-disk'"
  const contents = ourProgram("'@persist/core'", `diskStore(${JSON.stringify(`${folder}/bundle`)})`, store)
  const how = { bundle: true, minify: true, format: 'esm', platform: 'node' } as const
  buildSync({ ...how, stdin: { contents, resolveDir: HERE }, outfile })
  return outfile
}
