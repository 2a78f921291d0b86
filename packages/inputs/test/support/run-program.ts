import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Runs a program of `test/children` in a process of its own. Returns the lines that it prints. */
export async function runProgram(name: string, args: readonly string[], options: { cwd: string }): Promise<string[]> {
  const program = fileURLToPath(new URL(`../children/${name}`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { encoding: 'utf8', ...options })
  return stdout.trimEnd().split('\n')
}
