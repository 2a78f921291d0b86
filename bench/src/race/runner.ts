import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Peer } from '../peers/peer.ts'
import type { WorkName } from '../work/child.ts'
import { PYTHON_CHILD } from './python.ts'

const NODE_CHILD = fileURLToPath(new URL('../work/child.js', import.meta.url))
const TIMEOUT_MS = 120_000

/** A peer in the race, in JavaScript or Python. */
export interface Runner extends Omit<Peer, 'open'> {
  readonly id: string
  readonly language: 'JavaScript' | 'Python'
  /** The path of its Python. */
  readonly python?: string
}

/** The end of a process and its output. */
export interface Ended<T> {
  readonly lines: readonly T[]
  /** The last line. Missing if the process failed. */
  readonly result?: T
  /** Why there is no result. */
  readonly failure?: string
  /** From the start of the process to its end. */
  readonly ms: number
}

/** Starts a process for one work of one peer and waits for its end. */
export function work<T>(
  runner: Runner,
  name: WorkName,
  folder: string,
  parameters: unknown = {},
  options: { readonly timeoutMs?: number; readonly onLine?: (line: T, kill: () => void) => void } = {},
): Promise<Ended<T>> {
  const program = runner.python ?? process.execPath
  const script = runner.python === undefined ? NODE_CHILD : PYTHON_CHILD
  const began = performance.now()
  const child = spawn(program, [script, runner.id, name, folder, JSON.stringify(parameters)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const lines: T[] = []
  let stderr = ''
  let late = false
  const kill = () => void child.kill('SIGKILL')
  const timer = setTimeout(() => {
    late = true
    kill()
  }, options.timeoutMs ?? TIMEOUT_MS)
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk).slice(-4_000)
  })
  const reader = createInterface({ input: child.stdio[3] as Readable })
  reader.on('line', (text) => {
    // A killed writer leaves half a line.
    if (!text.endsWith('}')) return
    const line = JSON.parse(text) as T
    lines.push(line)
    options.onLine?.(line, kill)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      const ms = performance.now() - began
      const result = lines.at(-1)
      if (code === 0 && result !== undefined) return resolve({ lines, result, ms })
      const failure = late ? 'took too long' : `${signal ?? `exit ${code}`} ${lastLine(stderr)}`.trim()
      resolve({ lines, failure, ms })
    })
  })
}

function lastLine(text: string): string {
  const errors = text.split('\n').filter((line) => /error/i.test(line))
  return (errors.at(-1) ?? '').trim().slice(0, 200)
}
