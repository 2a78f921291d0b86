// Traced functions in a process of their own; argv: a folder for what is read and what is kept.
import { mkdirSync, writeFileSync } from 'node:fs'
import { code } from '@persist/code'
import { persist } from '@persist/core'
import { env, file, readFile, readFileSync } from '@persist/inputs'
import { diskStore } from '@persist/store-disk'

const folder = process.argv[2] ?? './traced'
const path = `${folder}/read.txt`
mkdirSync(folder, { recursive: true })
const happened = []
const report = ({ name, reason }) => {
  if (['hit', 'miss', 'skip', 'problem'].includes(name))
    happened.push(reason === undefined ? name : `${name} ${reason}`)
}
const options = { cache: diskStore(`${folder}/cache`), report, trace: true }
const length = persist((path) => readFileSync(path, 'utf8').length, { ...options, funcname: 'length' })
const greet = persist(
  async (path) => {
    await null
    return `${await readFile(path, 'utf8')}${env('TRACED') ?? ''}${length(path)}`
  },
  { ...options, funcname: 'greet' },
)
const words = persist((argument) => readFileSync(argument, 'utf8').split(' ').length, {
  ...options,
  funcname: 'words',
  trace: undefined,
  // A bundle of CommonJS has no `import.meta`.
  dependsOn: [code(import.meta.url ?? __filename)],
})
const main = async () => {
  for (const [text, variable] of [
    ['a', ''],
    ['a', ''],
    ['a b', ''],
    ['a b', 'E'],
  ]) {
    writeFileSync(path, text)
    process.env.TRACED = variable
    console.log(length(path), await greet(path), words(file(path)), '|', happened.splice(0).join(', '))
  }
}
main()
