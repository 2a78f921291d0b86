// Prints, as JSON, what each storable value becomes in this runtime. Imports TypeScript, as Node 26, Bun and Deno can.
import { readFileSync } from 'node:fs'
import { canonical } from '@persist/key'
import * as text from '@persist/pickle'
import * as binary from '@persist/pickle/v8'
import { rows } from '../../../packages/key/test/support/rows.mjs'
import { facts, isHere, MODERN } from '../../../packages/pickle/test/support/modern-samples.mjs'
import { plainSamples, richSamples } from '../../../packages/pickle/test/support/samples.ts'
import { strictDifference } from '../../../packages/pickle/test/support/strict-difference.ts'

const packages = new URL('../../../packages/', import.meta.url)
const read = (path) => readFileSync(new URL(path, packages), 'utf8')
const lines = (path) =>
  new Map(
    read(path)
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t')),
  )

const samples = { ...plainSamples, ...richSamples }
const faults = []

function attempt(name, check) {
  try {
    const fault = check()
    if (fault !== undefined) faults.push(`${name}: ${fault}`)
  } catch (error) {
    faults.push(`${name}: ${error}`)
  }
}

const goldenTexts = lines('pickle/test/golden/text-v1.txt')
for (const [name, make] of Object.entries(samples)) {
  attempt(`${name} as text`, () => strictDifference(make(), text.unpickle(text.pickle(make()))))
  attempt(`${name} as bytes`, () => strictDifference(make(), binary.unpickle(binary.pickle(make()))))
  // Bun writes the letters of a RegExp literal that are not ASCII as escapes: then the sample is another value.
  if (name === 'RegExp' && process.versions.bun) continue
  attempt(`${name} of the golden file`, () => strictDifference(make(), text.unpickle(goldenTexts.get(name))))
  attempt(`${name} to the golden text`, () => differs(text.pickle(make()), goldenTexts.get(name)))
}

const modernTexts = lines('pickle/test/golden/text-v1-modern.txt')
const modernKeys = lines('key/test/golden/format-1-modern.txt')
for (const [name, make] of Object.entries(MODERN)) {
  attempt(`${name} is here`, () => (isHere(name) ? undefined : 'no'))
  attempt(`${name} as text`, () => differs(facts(text.unpickle(text.pickle(make()))), facts(make())))
  attempt(`${name} as bytes`, () => differs(facts(binary.unpickle(binary.pickle(make()))), facts(make())))
  attempt(`${name} to the golden text`, () => differs(text.pickle(make()), modernTexts.get(name)))
  attempt(`${name} to the golden key`, () => differs(canonical(make()), modernKeys.get(name)))
  attempt(`${name} with a property`, () => refused(() => text.pickle(Object.assign(make(), { a: 1 }))))
  attempt(`${name} forged`, () => refused(() => text.pickle(Object.create(Object.getPrototypeOf(make())))))
  attempt(`${name} forged, as a key`, () => refused(() => canonical(Object.create(Object.getPrototypeOf(make())))))
  const Mine = class extends make().constructor {}
  attempt(`${name} of a subclass`, () => refused(() => text.pickle(Object.setPrototypeOf(make(), Mine.prototype))))
}

// Strings that were never written are refused, even if the runtime itself would accept them.
for (const [name, payload] of [
  ['Temporal.PlainDate', { year: 2024, month: 2, day: 29 }],
  ['Temporal.PlainDate', '2024-02-29T00:00'],
  ['Temporal.PlainDate', '20240229'],
  ['Temporal.PlainDate', 5],
  ['Temporal.Instant', '2024-02-29T12:30:15+01:00'],
  ['Temporal.PlainYearMonth', '2024-02'],
  ['Temporal.PlainMonthDay', null],
  ['Temporal.ZonedDateTime', '2024-11-03T01:30:00-05:00[America/New_York]'],
  ['Temporal.ZonedDateTime', ['1', 'Nowhere/Else', 'iso8601']],
  ['Temporal.ZonedDateTime', ['0x1', 'UTC', 'iso8601']],
  ['Temporal.Duration', 'PT1S'],
  ['Temporal.Duration', [0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0]],
  ['Temporal.Duration', [0, 0, 0, 0, 0, 0, 1]],
  ['Float16Array', 'AA=='],
]) {
  const payloadText = JSON.stringify({ v: 1, json: [name, payload], meta: { values: [['custom', 'persist']], v: 1 } })
  attempt(`${payloadText} is refused`, () => refused(() => text.unpickle(payloadText)))
}

const goldenKeys = JSON.parse(read('key/test/golden/format-1.json'))
for (const [index, row] of rows().entries()) {
  attempt(`${row.name} to the golden key`, () => differs(JSON.stringify(row), JSON.stringify(goldenKeys[index])))
}

// A thrown error, with the properties that programs add.
for (const [name, make] of [
  ['a thrown error', () => caught(() => null.x)],
  ['an error of the file system', () => caught(() => readFileSync('/there/is/no/such/file'))],
  ['an error with a line of a program', () => Object.assign(new SyntaxError('a'), { line: 5 })],
  [
    'an error with line, column and file of a program',
    () => Object.assign(new Error('a'), { line: 7, column: 3, sourceURL: 'x.css' }),
  ],
]) {
  for (const [how, { pickle, unpickle }] of [
    ['text', text],
    ['bytes', binary],
  ]) {
    attempt(`${name} as ${how}`, () => {
      const error = make()
      const back = unpickle(pickle(error))
      if (String(back) !== String(error)) return `${back} is not ${error}`
      for (const key of ['code', 'syscall']) if (back[key] !== error[key]) return `${key} is ${back[key]}`
      if (name.includes('of a program') && back.line !== error.line) return `line is ${back.line}, not ${error.line}`
      if (JSON.stringify(pickle(error)).includes(import.meta.filename)) return 'a path of this machine was stored'
      return undefined
    })
  }
}

function caught(run) {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

function differs(actual, expected) {
  return actual === expected ? undefined : `${actual} is not ${expected}`
}

function refused(run) {
  try {
    return `not refused: ${run()}`
  } catch (error) {
    return /^ERR_PERSIST_(PICKLE|UNPICKLE|KEY)$/.test(error.code) ? undefined : String(error)
  }
}

console.log(
  JSON.stringify({ checked: Object.keys(samples).length + Object.keys(MODERN).length + goldenKeys.length, faults }),
)
