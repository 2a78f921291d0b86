// A traced function in CommonJS; argv: a folder for what is read and what is kept.
const { mkdirSync, writeFileSync } = require('node:fs')
const { code } = require('@persist/code')
const { persist } = require('@persist/core')
const { readFile } = require('@persist/inputs')

const folder = process.argv[2] ?? './traced'
const path = `${folder}/read.txt`
mkdirSync(folder, { recursive: true })
const happened = []
const options = {
  funcname: 'length',
  cache: `${folder}/cache`,
  trace: true,
  dependsOn: [code(__filename)],
  report: ({ name, reason }) => ['hit', 'miss', 'skip', 'problem'].includes(name) && happened.push(name, reason),
}
const length = persist(async (path) => {
  await null
  return (await readFile(path, 'utf8')).length
}, options)
const main = async () => {
  for (const text of ['a', 'a', 'a b']) {
    writeFileSync(path, text)
    console.log(await length(path), happened.splice(0).join(' ').trim())
  }
}
main()
