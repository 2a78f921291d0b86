// Runs programs one after another in this process, each in its own folder: node run-programs.mjs programs.json
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'
import { closeStores } from '@persist/core'
import { holds, shownAs } from './claim.mjs'

const LIMIT_MS = 20_000
const [, , list, results] = process.argv
/** @type {{ file: string, folder: string }[]} */
const programs = JSON.parse(readFileSync(list, 'utf8'))
/** @type {Record<string, { error?: string, claims: number }>} */
const outcome = {}
let claims = 0
/** @type {string[] | undefined} */
let printed

console.log = (...texts) => {
  printed?.push(format(...texts))
}

/** Compares the value, error or output of a statement with the comment after it. */
globalThis.shown = async (act, claim) => {
  claims++
  printed = []
  let actual
  try {
    const value = await act()
    actual = printed.length > 0 ? [printed.join('\n')] : [shownAs(value), String(value)]
  } catch (error) {
    if (!/^[A-Z]\w*Error\b/.test(claim)) throw error
    actual = [`${error.name}: ${error.message}`, error.name]
  } finally {
    printed = undefined
  }
  if (!actual.some((text) => holds(claim, text))) throw new Error(`the page says ${claim}\nbut it is  ${actual[0]}`)
}

// As for a reader without settings in the environment.
for (const name of ['CACHE', 'MODE', 'VERBOSITY']) delete process.env[`PERSIST_${name}`]
const environment = { ...process.env }
for (const { file, folder } of programs) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  process.chdir(folder)
  claims = 0
  outcome[file] = { claims, error: 'it ended the process' }
  writeFileSync(results, JSON.stringify(outcome))
  let timer
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(reject, LIMIT_MS, new Error(`it runs for more than ${LIMIT_MS} ms`))
    })
    await Promise.race([import(pathToFileURL(file).href), late])
    outcome[file] = { claims }
  } catch (error) {
    outcome[file] = { claims, error: error.stack ?? String(error) }
  }
  clearTimeout(timer)
  await closeStores()
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
}
writeFileSync(results, JSON.stringify(outcome))
process.exit()
