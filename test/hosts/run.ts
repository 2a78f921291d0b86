import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { environment } from '../field/folder.ts'

/** How a program ended. */
export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program of `children/`. */
export function child(name: string): URL {
  return new URL(`children/${name}.mjs`, import.meta.url)
}

/** Runs a program with the command of a runtime. Colors would become a part of an error's message. */
export async function outcomeOf(
  [runtime, ...first]: readonly string[],
  program: URL,
  args: readonly string[] = [],
  { input = '', env = {}, cwd }: { input?: string; env?: Readonly<Record<string, string>>; cwd?: string } = {},
): Promise<Outcome> {
  const process = spawn(runtime!, [...first, fileURLToPath(program), ...args], {
    cwd,
    env: { ...environment(), NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', ...env },
  })
  process.stdin.end(input)
  const status = new Promise<number | null>((resolve, reject) => process.on('close', resolve).on('error', reject))
  const [stdout, stderr] = await Promise.all([text(process.stdout), text(process.stderr)])
  return { status: await status, stdout, stderr }
}

/** What the program prints. Throws if it fails, or prints on stderr. */
export async function outputOf(...parameters: Parameters<typeof outcomeOf>): Promise<string> {
  const { status, stdout, stderr } = await outcomeOf(...parameters)
  if (status !== 0 || stderr !== '') throw new Error(`${parameters[1]} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}
