import type { Language } from './program.ts'

// A program of a user with functions that read files, for every host that takes modules.

/** The files of the program. `main` prints {@link TRACED}. */
export function tracedProgram(language: Language): Record<string, string> {
  const type = (name: string) => (language === 'mjs' ? '' : `: ${name}`)
  return {
    [`main.${language}`]: `
import { writeFileSync } from 'node:fs'
import { value } from '@persist/code'
import { type PersistEvent, persist } from '@persist/core'
import { env, readFile, readFileSync } from '@persist/inputs'
import { diskStore } from '@persist/store-disk'

const happened${type('string[]')} = []
const report = (event${type('PersistEvent')}) => {
  if (event.name === 'hit') happened.push('hit')
  else if (event.name === 'miss') happened.push('miss ' + event.reason)
  else if (event.name === 'problem') happened.push(event.error.message)
}
const options = { cache: diskStore('./traced'), report, trace: true, dependsOn: [value({ a: 1 })] }
const length = persist((path${type('string')}) => readFileSync(path, 'utf8').length, { ...options, funcname: 'length' })
const greet = persist(async (path${type('string')}) => {
  await null
  return await readFile(path, 'utf8') + (env('TRACED') ?? '') + length(path)
}, { ...options, funcname: 'greet' })
const main = async () => {
  for (const [text, variable] of [['a', ''], ['a', ''], ['a b', ''], ['a b', 'E']]${language === 'mjs' ? '' : ' as const'}) {
    writeFileSync('read.txt', text)
    process.env.TRACED = variable
    console.log(await greet('read.txt'), happened.splice(0).join(', '))
  }
}
void main()
`.replace('type PersistEvent, ', language === 'mjs' ? '' : 'type PersistEvent, '),
  }
}

/** What the program prints, first and again. */
export const TRACED = [
  `a1 miss absent, miss absent
a1 hit
a b3 miss input, miss input
a bE3 miss input, hit
`,
  `a1 miss input, miss input
a1 hit
a b3 miss input, miss input
a bE3 miss input, hit
`,
] as const
