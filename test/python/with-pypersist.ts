import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, test } from 'vitest'
import { pythonWith } from '../support/python.mjs'

const PROGRAM = fileURLToPath(new URL('./power.py', import.meta.url))

/** The answer of power.py to a command. */
export interface Answer {
  readonly value?: unknown
  /** The name of the exception. */
  readonly error?: string
  /** Whether the function ran. */
  readonly ran: boolean
}

/** `power`, memoized by the real pypersist in its own process. */
export type Python = (
  command: 'call' | 'delete' | 'put' | 'keys' | 'size' | 'clear',
  ...args: unknown[]
) => Promise<Answer>

const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

/**
 * Defines tests that need pypersist 1.1 from PyPI. Without it, they are skipped by name, or fail if PERSIST_REQUIRE_PYTHON=1.
 *
 * @param define receives a function that starts the program in a folder.
 */
export async function withPypersist(name: string, define: (startIn: (dir: string) => Python) => void): Promise<void> {
  const reasons: string[] = []
  const python = await pythonWith('pypersist==1.1', reasons)
  if (python !== undefined) return void describe(name, () => define((dir) => start(python, dir)))
  const why = reasons.join('; ')
  describe(name, () => {
    if (process.env.PERSIST_REQUIRE_PYTHON === '1') {
      test('needs pypersist', () => {
        throw new Error(`PERSIST_REQUIRE_PYTHON=1, but ${why}`)
      })
    } else {
      console.warn(`SKIPPED "${name}": ${why}`)
      test.skip(`needs pypersist (${why})`, () => {})
    }
  })
}

function start(python: string, dir: string): Python {
  const env = { ...process.env, PYTHONUTF8: '1' }
  const child = spawn(python, [PROGRAM, dir], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  running.add(child)
  const waiting: ((answer: Answer) => void)[] = []
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line)))
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`Python ended with ${code}`)))
  })
  ended.catch(() => {})
  return (...command) => {
    const answer = new Promise<Answer>((resolve) => waiting.push(resolve))
    child.stdin.write(`${JSON.stringify(command)}\n`)
    return Promise.race([answer, ended])
  }
}
