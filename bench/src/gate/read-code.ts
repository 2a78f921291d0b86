// Reads the code of a module once, in a new process: node read-code.js <what> <module> <paths>. Prints milliseconds as JSON.
// `warm`: with the manifest of an earlier process. `cold`: without one. `plain`: looks at the paths, and reads the files.
import { readFileSync, statSync } from 'node:fs'
import { sha256 } from '@persist/hash'

/** What a plain program would do. */
export interface Plain {
  /** Everything that `code` looks at. */
  readonly looked: readonly string[]
  /** The files that it reads. */
  readonly read: readonly string[]
}

const [what, module, list] = process.argv.slice(2) as ['warm' | 'cold' | 'plain', string, string]
// Core hashes the key of each call, so the first hash of the process is not a cost of `code`.
sha256('')
if (what === 'plain') {
  const { looked, read } = JSON.parse(readFileSync(list, 'utf8')) as Plain
  const stats = took(() => {
    for (const path of looked) statSync(path, { throwIfNoEntry: false })
  })
  const files = took(() => {
    for (const path of read) sha256(readFileSync(path))
  })
  console.log(JSON.stringify({ stats, files }))
} else {
  const { code } = await import('@persist/code')
  const dependency = code(module, { manifest: what === 'warm' })
  console.log(JSON.stringify({ [what]: took(() => dependency.read()) }))
}

function took(run: () => void): number {
  const began = performance.now()
  run()
  return performance.now() - began
}
