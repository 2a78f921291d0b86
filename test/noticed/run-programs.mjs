// Calls the function `f` of each program whose path is an argument, and prints what it returned, and the number of misses.
import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'

for (const program of process.argv.slice(2)) {
  const { f, counted = f } = await import(pathToFileURL(program).href)
  const result = await f()
  const number = basename(dirname(program))
  process.stdout.write(`${JSON.stringify({ number, result, misses: counted.counters.misses })}\n`)
}
