import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs a built example in its own process, in a folder, and returns its output. */
export function runExample(folder: string, example: string, ...args: string[]): string {
  const script = fileURLToPath(new URL(`../dist/${example}.js`, import.meta.url))
  return execFileSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
