import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs a built example as a process of its own, in a folder, and gives what it printed. */
export function runExample(folder: string, example: string, ...args: string[]): string {
  const script = fileURLToPath(new URL(`../dist/${example}.js`, import.meta.url))
  return execFileSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
