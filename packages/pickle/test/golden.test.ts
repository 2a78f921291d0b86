import { readFileSync } from 'node:fs'
import { pickle, unpickle } from '@persist/pickle'
import * as binary from '@persist/pickle/v8'
import { describe, expect, it } from 'vitest'
import { binarySamples } from './support/binary-samples.ts'
import { facts, isHere, MODERN } from './support/modern-samples.mjs'
import { plainSamples, richSamples } from './support/samples.ts'
import { strictDifference } from './support/strict-difference.ts'

/** Reads lines of a name, a tab and a payload. A change to them makes stored results unreadable, so it needs a new version. */
function lines(file: string): Map<string, string> {
  const content = readFileSync(new URL(`golden/${file}`, import.meta.url), 'utf8')
  return new Map(
    content
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string]),
  )
}

const samples = { ...plainSamples, ...richSamples }
const strings = lines('text-v1.txt')
const bytes = lines('v8-v1.txt')
const modern = lines('text-v1-modern.txt')

describe('version 1', () => {
  it('of the text format has a line for every type', () => {
    expect([...strings.keys()]).toEqual(Object.keys(samples))
  })

  it('of the binary format has a line for every type', () => {
    expect([...bytes.keys()]).toEqual(Object.keys(samples))
  })

  it.each(Object.entries(samples))('of the text format stays as it is: %s', (name, make) => {
    expect(pickle(make())).toBe(strings.get(name))
  })

  it.each(Object.entries(samples))('of the text format can be read: %s', (name, make) => {
    expect(strictDifference(make(), unpickle(strings.get(name)!))).toBeUndefined()
    expect(strictDifference(make(), unpickle(Buffer.from(strings.get(name)!)))).toBeUndefined()
  })

  // This only reads: the bytes that V8 writes depend on its version.
  it.each(Object.entries(samples))('of the binary format can be read: %s', (name, make) => {
    expect(strictDifference(make(), binary.unpickle(Buffer.from(bytes.get(name)!, 'base64')))).toBeUndefined()
  })

  it('has a line for every type that only some runtimes have', () => {
    expect([...modern.keys()]).toEqual(Object.keys(MODERN))
  })

  // In `test/field`, the runtimes that have the types read all of them.
  it.each([...modern])(
    'of the text format can be read, or is refused by name if this runtime lacks the type: %s',
    (name, payload) => {
      if (isHere(name)) {
        expect(facts(unpickle(payload))).toBe(facts(MODERN[name]!()))
        expect(pickle(MODERN[name]!())).toBe(payload)
      } else expect(() => unpickle(payload)).toThrow(`this runtime has no ${name.split(':')[0]}`)
    },
  )
})

describe('version 2 of the text format, with binary parts outside of the text', () => {
  const payloads = lines('text-v2.txt')

  it('has a line for every type', () => {
    expect([...payloads.keys()]).toEqual(Object.keys(binarySamples))
  })

  it.each(Object.entries(binarySamples))('stays as it is, and can be read: %s', (name, make) => {
    const golden = Buffer.from(payloads.get(name)!, 'base64')
    expect(Buffer.from(pickle(make()) as Uint8Array).equals(golden)).toBe(true)
    expect(strictDifference(make(), unpickle(golden))).toBeUndefined()
  })
})
