import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { GateResult } from '../gate/gate.ts'
import type { Accepted } from '../gate/judge.ts'
import type { RaceResult, RaceSizes } from '../race/race.ts'
import type { Runner } from '../race/runner.ts'

const BENCH = fileURLToPath(new URL('../..', import.meta.url))
/** The folder of the results. */
export const RESULTS = join(BENCH, 'results')
const ACCEPTED = join(RESULTS, 'accepted.json')

export interface Results {
  readonly date: string
  readonly minutes: number
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  /** Parts that did not run, with the reasons. */
  readonly missing: readonly string[]
  readonly peers: Readonly<Record<string, Omit<Runner, 'id' | 'python'>>>
  readonly sizes: RaceSizes
  readonly race: RaceResult
  readonly gate: GateResult
}

interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGB: number
  readonly system: string
  readonly node: string
  readonly commit: string
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    commit: commit(),
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: BENCH, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

/** The installed versions of everything that runs here. */
export function versions(): Record<string, string> {
  const { dependencies } = readJson(join(BENCH, 'package.json')) as { dependencies: Record<string, string> }
  const installed = Object.keys(dependencies)
    .filter((name) => !name.startsWith('@persist/'))
    .map((name) => {
      const { version } = readJson(join(BENCH, 'node_modules', name, 'package.json')) as { version: string }
      return [name, version] as const
    })
  const python = readFileSync(join(BENCH, 'python', 'requirements.txt'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('==') as [string, string])
  return Object.fromEntries([...installed, ...python])
}

/** The file of the last whole run. */
export function newestResults(): string | undefined {
  const files = readdirSync(RESULTS).filter((name) => /^\d{4}-\d\d-\d\d.*\.json$/.test(name))
  const newest = files.sort().at(-1)
  return newest && join(RESULTS, newest)
}

export function readResults(path: string): Results {
  return readJson(path) as Results
}

/** The accepted ratios, with which the gate compares. Empty before the first acceptance. */
export function readAccepted(): Accepted {
  return existsSync(ACCEPTED) ? (readJson(ACCEPTED) as { rows: Accepted }).rows : {}
}

/** A row is too noisy to compare with if its quarters differ by more than this share of its median. */
const TOO_NOISY = 0.5

/** Accepts the ratios of a whole run. Rows that were too noisy keep their accepted ratio. */
export function acceptedOf({ date, machine, gate }: Results, before: Accepted) {
  const noisy = gate.rows.filter(({ low, high, median }) => (high - low) / median > TOO_NOISY)
  const clear = gate.rows.filter((row) => !noisy.includes(row))
  const rows = { ...before, ...Object.fromEntries(clear.map(({ id, median }) => [id, { ratio: rounded(median) }])) }
  const content = `${JSON.stringify({ date, commit: machine.commit, node: machine.node, rows }, undefined, 2)}\n`
  return { path: ACCEPTED, content, noisy: noisy.map(({ what }) => what) }
}

function rounded(ratio: number): number {
  return Number(ratio.toPrecision(4))
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
