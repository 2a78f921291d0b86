// Adds new values of the catalog to the golden file. Existing rows never change, because they are the keys of stored
// results. `node packages/key/test/support/add-golden.mjs`
import { readFileSync, writeFileSync } from 'node:fs'
import { rows } from './rows.mjs'

const file = new URL('../golden/format-1.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8'))
const known = new Set(golden.map(({ name }) => name))
const added = rows().filter(({ name }) => !known.has(name))
writeFileSync(file, `${JSON.stringify([...golden, ...added], null, 2)}\n`)
console.log(`${added.length} added to ${golden.length}`)
