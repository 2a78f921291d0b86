// Calls a traced function with few permissions: argv folder, `default-root`. Prints the results, and what the calls were.
import { writeFileSync } from 'node:fs'
import { code } from '@persist/code'
import { persist } from '@persist/core'
import { readFile } from '@persist/inputs'
import { diskStore } from '@persist/store-disk'

const [folder, hasDefaultRoot] = process.argv.slice(2)
const path = `${folder}/read.txt`
const happened = []
const length = persist(async (path) => (await readFile(path, 'utf8')).length, {
  funcname: 'length',
  cache: diskStore(`${folder}/cache`),
  ...(hasDefaultRoot ? { trace: true } : { trace: { root: folder }, dependsOn: [code(import.meta)] }),
  report: ({ name }) => ['hit', 'miss', 'problem'].includes(name) && happened.push(name),
})
const lengths = []
for (const text of ['a', 'a', 'a b']) {
  writeFileSync(path, text)
  lengths.push(await length(path))
}
console.log(...lengths, ...happened)
