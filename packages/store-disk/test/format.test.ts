import { readFileSync } from 'node:fs'
import type { Entry } from '@persist/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeEntry, decodeHead, type EncodedEntry, encodeEntry, piecesOf } from '../src/format/entry-codec.ts'
import { crcIntegrity, hmacIntegrity } from '../src/format/integrity.ts'

const SEALS = { 'a checksum': crcIntegrity, 'a secret': hmacIntegrity('s3cret') }
const GOLDEN: Record<string, Entry> = {
  'plain.entry': { hash: '2_to_the_power_of_4', payload: '16', createdAt: 1_763_971_200_000, durationMs: 0.25 },
  'full.entry': {
    hash: 'all',
    payload: 'größer\n',
    key: '["ä"]',
    keyDigest: 'd',
    metadata: 'made by hand',
    version: '2',
    source: 's',
    tags: ['red', 'grün'],
    createdAt: 1,
    expiresAt: 2,
    durationMs: 3,
    promised: true,
  },
  'stale.entry': {
    hash: 'stale',
    payload: '1',
    createdAt: 1,
    expiresAt: 2,
    staleUntil: 86_400_002,
    tags: ['red'],
  },
  'parts.entry': {
    hash: 'parts',
    payload: '1',
    createdAt: 1,
    durationMs: 2,
    source: 'c291cmNl',
    keyParts: '20nFM.{vsCeI,tGtmf}',
  },
  'bytes.entry': { hash: 'bytes', payload: new Uint8Array([0, 10, 255]), createdAt: 1 },
}

const text = fc.string({
  unit: fc.oneof(fc.constantFrom('\ud800', '\n', '"', '\\'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
})
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
// JSON cannot hold -0, and a clock never shows it.
const times = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }).map((ms) => ms + 0)
const entries = fc.record({
  hash: text,
  payload: fc.oneof(text, fc.uint8Array()),
  createdAt: fc.integer({ min: 0 }),
  key: optional(text),
  keyDigest: optional(text),
  metadata: optional(text),
  version: optional(text),
  source: optional(text),
  keyParts: optional(text),
  tags: optional(fc.array(text)),
  inputs: optional(fc.array(fc.oneof(text, fc.constantFrom('file x - a', 'env y z THEME', '', '","')))),
  expiresAt: optional(times),
  staleUntil: optional(times),
  durationMs: optional(times),
  promised: optional(fc.boolean()),
})

const bytesOf = (encoded: EncodedEntry) => Buffer.concat(piecesOf(encoded))

describe.each(Object.entries(SEALS))('sealed with %s', (_, integrity) => {
  test('every entry comes back exactly, and its head too', () => {
    fc.assert(
      fc.property(entries, text, (drawn, namespace) => {
        const entry = Object.fromEntries(
          Object.entries(drawn).filter(([, value]) => value !== undefined),
        ) as unknown as Entry
        const file = bytesOf(encodeEntry(entry, namespace, integrity))
        expect(decodeEntry(file, file.length, integrity)).toEqual({ namespace, entry })
        const { payload: _payload, ...head } = entry
        expect(decodeHead(file, file.length, file.length, integrity)).toMatchObject({ namespace, head })
      }),
      { numRuns: 500 },
    )
  })

  test('a flipped bit never changes the entry that is read', () => {
    const file = bytesOf(encodeEntry(GOLDEN['full.entry']!, 'f', integrity))
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = Buffer.from(file)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const decoded = decodeEntry(flipped, flipped.length, integrity)
      if (typeof decoded === 'string') continue
      // A flipped bit may change the case of a hexadecimal digit in a sum. The sum stays the same.
      expect(decoded, `bit ${bit}`).toEqual({ namespace: 'f', entry: GOLDEN['full.entry'] })
    }
  })
})

test('an entry that was signed with a secret cannot be read with another secret, or without one', () => {
  const file = bytesOf(encodeEntry(GOLDEN['plain.entry']!, 'f', hmacIntegrity('other')))
  expect(decodeEntry(file, file.length, hmacIntegrity('s3cret'))).toBe('damaged')
  expect(decodeEntry(file, file.length, crcIntegrity)).toBe('signature')
})

test.each(Object.entries(GOLDEN))('format 1 does not change: %s', (name, entry) => {
  const golden = readFileSync(new URL(`./golden/${name}`, import.meta.url))
  expect(bytesOf(encodeEntry(entry, 'power', crcIntegrity))).toEqual(golden)
  expect(decodeEntry(golden, golden.length, crcIntegrity)).toEqual({ namespace: 'power', entry })
})

test('an endless stale window ends at the last possible date after a round trip', () => {
  const entry = { hash: 'a', payload: '', createdAt: 1, expiresAt: 2, staleUntil: Number.POSITIVE_INFINITY }
  const file = bytesOf(encodeEntry(entry, 'f', crcIntegrity))
  expect(decodeEntry(file, file.length, crcIntegrity)).toMatchObject({ entry: { expiresAt: 2, staleUntil: 8.64e15 } })
})

describe('a field of a header with a wrong value makes the entry damaged, even if the sums are right', () => {
  const wrong = (type: string) => ['1e999', '-1e999', 'null', '[]', '{}', 'true', type === 'string' ? '1' : '"1"']
  const FIELDS: Record<string, readonly string[]> = {
    ...Object.fromEntries(
      ['createdAt', 'expiresAt', 'staleUntil', 'durationMs'].map((field) => [field, wrong('number')]),
    ),
    ...Object.fromEntries(
      ['hash', 'namespace', 'version', 'source', 'keyParts', 'keyDigest', 'key', 'metadata'].map((field) => [
        field,
        wrong('string'),
      ]),
    ),
    bytes: ['-1', '1.5', '1e999', 'null', '"1"'],
    payload: ['"utf7"', 'null', '1'],
    promised: ['1', '"true"', 'null'],
    tags: ['"red"', '[1]', '[null]', '{}', 'null'],
  }

  test.each(Object.entries(FIELDS))('%s', (field, values) => {
    for (const value of values) {
      const rest = { bytes: '1', payload: '"ascii"', namespace: '"f"', hash: '"a"', createdAt: '1', [field]: value }
      const json = Object.entries(rest).map(([name, text]) => `"${name}":${text}`)
      const line = `",${json.join()}}\n`
      const checked = `-${crcIntegrity.sum(line)}${line}`
      const file = Buffer.from(`${crcIntegrity.opening}${crcIntegrity.sum(checked, '1')}${checked}1`)
      expect(decodeEntry(file, file.length, crcIntegrity), `${field} is ${value}`).toBe('damaged')
      expect(decodeHead(file, file.length, file.length, crcIntegrity), `${field} is ${value}`).toBe('damaged')
    }
  })
})
