import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

/** The built command. */
export const COMMAND = fileURLToPath(new URL('../../bin/persist.js', import.meta.url))
/** The store of one's own that the tests use. */
export const OWN_STORE = fileURLToPath(new URL('../children/own-store.mjs', import.meta.url))

/** A store of one's own whose listing has no end, and one that keeps nothing. */
export const ENDLESS_STORE = fileURLToPath(new URL('../children/endless-store.mjs', import.meta.url))

/** How a command ended. */
export interface Ended {
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
  /** What was printed, byte by byte. */
  readonly bytes: Buffer
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** Called when terminal.py has a text on the screen that is to be answered. */
  readonly beforeAnswer?: () => void
  /** When it is to be sent SIGINT, as Ctrl-C does. */
  readonly interruptWhen?: () => boolean
}

/** Runs the command as a shell would, without a terminal. */
export function persist(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return execute(process.execPath, [COMMAND, ...args], options)
}

/** Runs any program. */
export function execute(program: string, args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const { cwd, env, input = '', interruptWhen, beforeAnswer } = options
  const child = spawn(program, args, {
    cwd,
    env: environment({ ...env, ...(beforeAnswer && { TERMINAL_WAITS: '1' }) }),
  })
  running.add(child)
  child.on('close', () => running.delete(child))
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => {})
  if (beforeAnswer === undefined) child.stdin.end(input)
  else {
    child.stderr.on('data', () => {
      beforeAnswer()
      child.stdin.write('\n')
    })
  }
  const watch = setInterval(() => {
    if (!interruptWhen?.()) return
    // Once: the second one would not wait for a good moment.
    clearInterval(watch)
    child.kill('SIGINT')
  }, 5)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearInterval(watch)
      const bytes = Buffer.concat(out)
      resolve({ code: signal ?? code ?? 0, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes })
    })
  })
}

/** The environment of a child, without the variables that turn colors on or off. */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, PERSIST_CACHE: ___, ...env } = process.env
  return { ...env, TERM: 'xterm', ...more }
}

/** The answer of a command with `--json`. */
export async function json(args: readonly string[], options: CommandOptions = {}): Promise<unknown> {
  const { stdout, stderr, code } = await persist([...args, '--json'], options)
  if (stdout === '') throw new Error(`persist ${args.join(' ')} ended with ${code} and said: ${stderr}`)
  return JSON.parse(stdout)
}

const made: string[] = []
const running = new Set<ChildProcess>()

afterAll(() => {
  // Those that have not ended, as their test expected them to.
  for (const child of running) child.kill('SIGKILL')
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder, gone after the tests of the file. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'persist-cli-'))
  made.push(folder)
  return folder
}
