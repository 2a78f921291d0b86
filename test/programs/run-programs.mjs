// Runs the generated programs of the list on stdin, and prints their results and counts as JSON. Between its results a
// program takes steps: it writes files, and sets its variable.
// `ahead`: the clock is ahead of that of the file system, so that manifests and stamps are trusted at once.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [clock, calls] = process.argv.slice(2)
const programs = JSON.parse(readFileSync(0, 'utf8'))
if (clock === 'ahead') {
  const { now } = Date
  Date.now = () => now() + 10_000
}
const { createPersist } = await import('@persist/core')
const { code, env, packages, value } = await import('@persist/code')
const inputs = await import('@persist/inputs')
const persist = createPersist({ stderr: (line) => process.stdout.write(`${JSON.stringify({ stderr: line })}\n`) })

for (const { folder, variable, steps } of programs) {
  const persisted = []
  const wrap = (fn, options) => {
    const wrapped = persist(fn, { cache: `file://${join(folder, 'cache')}`, ...options })
    persisted.push(wrapped)
    return wrapped
  }
  globalThis.forTests = { persist: wrap, code, env, packages, value, inputs, folder }
  const { f } = await import(pathToFileURL(join(folder, 'm0.mjs')).href)
  const call = () => JSON.parse(calls).map((x) => f(x))
  const results = [call()]
  const misses = persisted.reduce((sum, one) => sum + one.counters.misses, 0)
  for (const [index, step] of steps.entries()) {
    for (const [name, text] of Object.entries(step.files)) write(join(folder, name), text, index % 2 === 0)
    process.env[variable] = step.variable
    results.push(call())
  }
  process.stdout.write(`${JSON.stringify({ folder, results, misses })}\n`)
}

/** Writes in place, or a new file over it. */
function write(path, text, inPlace) {
  if (text === null) rmSync(path)
  else if (inPlace) writeFileSync(path, text)
  else {
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
  }
}
