import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'

/** A child process of a test, line by line. */
export interface Child {
  readonly process: ChildProcess
  /** All lines that it has printed. */
  readonly lines: string[]
  /** The exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** The first line that begins with the word, now or later. */
  line(start: string): Promise<string>
}

const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a program of a folder by its name. Programs that still run after a test are killed. */
export function startIn(folder: URL, program: string, ...args: readonly (string | number)[]): Child {
  return startWith([process.execPath], new URL(`${program}.mjs`, folder), ...args)
}

/** Starts a program with the command of a runtime. */
export function startWith(command: readonly string[], program: URL, ...args: readonly (string | number)[]): Child {
  const path = fileURLToPath(program)
  const [runtime, ...first] = command
  const child = spawn(runtime!, [...first, path, ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Only Deno reads it.
    env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' },
  })
  running.add(child)
  const lines: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(signal ?? code ?? 0)
      for (const look of waiting) look()
    }),
  )
  const line = (begin: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = lines.find((text) => text.startsWith(begin))
        if (found !== undefined) resolve(found)
        else if (!running.has(child)) reject(new Error(`${path} ended without the line ${begin}: ${lines}`))
        else return
        waiting.delete(look)
      }
      waiting.add(look)
      look()
    })
  return { process: child, lines, ended, line }
}
