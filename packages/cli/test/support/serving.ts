import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll } from 'vitest'
import { COMMAND, environment } from './command.ts'

/** A running `persist serve`. */
export interface Serving {
  readonly url: string
  readonly port: number
  readonly token: string
  /** Sends Ctrl-C and returns the exit code. */
  end(): Promise<number | NodeJS.Signals>
}

const running = new Set<ChildProcess>()

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the command and waits for its address. */
export function serving(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--json', ...args], { cwd, env: environment(env) })
  running.add(child)
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(signal ?? code ?? 0)
    })
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => {
      const { url } = JSON.parse(String(chunk)) as { url: string }
      const { port, hash } = new URL(url)
      const end = () => {
        child.kill('SIGINT')
        return ended
      }
      resolve({ url, port: Number(port), token: hash.slice('#token='.length), end })
    })
    ended.then((how) => reject(new Error(`persist serve ended with ${how}: ${said}`)))
  })
}
