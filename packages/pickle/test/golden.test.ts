import { readFileSync } from 'node:fs'
import { pickle, unpickle } from '@persist/pickle'
import * as binary from '@persist/pickle/v8'
import { describe, expect, it } from 'vitest'
import { facts, isHere, MODERN } from './support/modern-samples.mjs'
import { plainSamples, richSamples } from './support/samples.ts'
import { strictDifference } from './support/strict-difference.ts'

/** Lines of a name, a tab, and a payload. A change here makes stored results unreadable: it needs a new version. */
function lines(file: string): Map<string, string> {
  const text = readFileSync(new URL(`golden/${file}`, import.meta.url), 'utf8')
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string]),
  )
}

const samples = { ...plainSamples, ...richSamples }
const texts = lines('text-v1.txt')
const bytes = lines('v8-v1.txt')
const modern = lines('text-v1-modern.txt')

describe('version 1', () => {
  it('of the text has a line for every type', () => {
    expect([...texts.keys()]).toEqual(Object.keys(samples))
  })

  it('of the bytes has a line for every type', () => {
    expect([...bytes.keys()]).toEqual(Object.keys(samples))
  })

  it.each(Object.entries(samples))('of the text stays what it is: %s', (name, make) => {
    expect(pickle(make())).toBe(texts.get(name))
  })

  it.each(Object.entries(samples))('of the text is read: %s', (name, make) => {
    expect(strictDifference(make(), unpickle(texts.get(name)!))).toBeUndefined()
    expect(strictDifference(make(), unpickle(Buffer.from(texts.get(name)!)))).toBeUndefined()
  })

  // Only read: what V8 writes depends on the V8.
  it.each(Object.entries(samples))('of the bytes is read: %s', (name, make) => {
    expect(strictDifference(make(), binary.unpickle(Buffer.from(bytes.get(name)!, 'base64')))).toBeUndefined()
  })

  it('has a line for every type that only some runtimes have', () => {
    expect([...modern.keys()]).toEqual(Object.keys(MODERN))
  })

  // All of them are read in `test/field`, by the runtimes that have the types.
  it.each([...modern])(
    'of the text is read, or refused by name where this runtime lacks the type: %s',
    (name, payload) => {
      if (isHere(name)) {
        expect(facts(unpickle(payload))).toBe(facts(MODERN[name]!()))
        expect(pickle(MODERN[name]!())).toBe(payload)
      } else expect(() => unpickle(payload)).toThrow(`this runtime has no ${name.split(':')[0]}`)
    },
  )
})
