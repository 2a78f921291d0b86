// Adds new samples to the golden files for types that only some runtimes have. Existing lines never change.
// With Node 26: `node packages/pickle/test/support/add-modern-golden.mjs`
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { pickle } from '@persist/pickle'
import { canonical } from '../../../key/dist/index.js'
import { MODERN } from './modern-samples.mjs'

function add(file, write) {
  const path = new URL(file, import.meta.url)
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  const known = new Set(lines.map((line) => line.split('\t')[0]))
  for (const [name, make] of Object.entries(MODERN)) if (!known.has(name)) lines.push(`${name}\t${write(make())}`)
  writeFileSync(path, `${lines.join('\n')}\n`)
}

add('../golden/text-v1-modern.txt', pickle)
add('../../../key/test/golden/format-1-modern.txt', canonical)
