// Runs the generated programs in the folders given as arguments, and prints their results and counts as JSON.
// `ahead`: the clock is ahead of that of the file system, so that manifests are trusted at once.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [clock, calls, ...folders] = process.argv.slice(2)
if (clock === 'ahead') {
  const { now } = Date
  Date.now = () => now() + 10_000
}
const { createPersist } = await import('@persist/core')
const { code, env, packages, value } = await import('@persist/code')
const persist = createPersist({ stderr: (line) => process.stdout.write(`${JSON.stringify({ stderr: line })}\n`) })

for (const folder of folders) {
  const persisted = []
  const wrap = (fn, options) => {
    const wrapped = persist(fn, { cache: `file://${join(folder, 'cache')}`, ...options })
    persisted.push(wrapped)
    return wrapped
  }
  globalThis.forTests = { persist: wrap, code, env, packages, value }
  const { f } = await import(pathToFileURL(join(folder, 'm0.mjs')).href)
  const results = JSON.parse(calls).map((x) => f(x))
  const misses = persisted.reduce((sum, one) => sum + one.counters.misses, 0)
  process.stdout.write(`${JSON.stringify({ folder, results, misses })}\n`)
}
