import { readFileSync } from 'node:fs'
import type { Entry } from '@persist/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode, entryOf, isRecord, listedHeadOf, ownerOf } from '../src/entry-codec.ts'
import { WRONG_RECORDS } from './support/wrong-records.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', '\n', 'ä', '😀', '\ud83d', '\ude00', '\0') }),
)
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const entries: fc.Arbitrary<Entry> = fc.record(
  {
    hash: text,
    payload: fc.oneof(text, fc.uint8Array()),
    createdAt: number,
    expiresAt: number,
    staleUntil: number,
    durationMs: number,
    promised: fc.boolean(),
    key: text,
    keyDigest: text,
    metadata: text,
    version: text,
    source: text,
    tags: fc.array(text),
    codecs: fc.array(text),
  },
  { requiredKeys: ['hash', 'payload', 'createdAt'] },
)

test('an entry is read as it was written, head and all', () => {
  fc.assert(
    fc.property(entries, text, (entry, namespace) => {
      const record = encode(entry, namespace)
      const found = decode(record)!
      expect(isRecord(record)).toBe(true)
      expect(found.namespace).toBe(namespace)
      expect(found.hash).toBe(entry.hash)
      expect(entryOf(found)).toEqual(entry)
      const { payload, ...head } = entry
      expect(listedHeadOf(found)).toEqual({ ...head, bytes: Buffer.byteLength(payload) })
    }),
  )
})

test('a record is well-formed Unicode, whatever the entry holds', () => {
  fc.assert(
    fc.property(entries, text, (entry, namespace) => {
      expect(encode(entry, namespace)).not.toMatch(/\p{Surrogate}/u)
    }),
  )
})

test('every change of a character, and every missing or additional one, is noticed', () => {
  const record = encode({ hash: 'h', payload: '{"v":1,"json":6}', createdAt: 1, tags: ['x'] }, 'double')
  for (let at = 0; at < record.length; at++) {
    const other = record[at] === 'x' ? 'y' : 'x'
    for (const middle of ['', other, record[at] + other]) {
      expect(decode(record.slice(0, at) + middle + record.slice(at + 1)), `${at} ${middle}`).toBeUndefined()
    }
  }
})

test('a record whose checksum is right and whose content is wrong is damaged', () => {
  for (const record of WRONG_RECORDS) {
    expect(isRecord(record)).toBe(true)
    expect(decode(record), record).toBeUndefined()
    expect(() => ownerOf(record)).not.toThrow()
  }
})

test('a number that is no time is not stored, and neither are unknown fields of a head', () => {
  const odd = { expiresAt: Number.POSITIVE_INFINITY, durationMs: Number.NaN, createdAt: Number.NaN, bytes: 5 }
  const found = decode(encode({ hash: 'h', payload: 'x', ...odd } as Entry, 'f'))!
  expect(entryOf(found)).toEqual({ hash: 'h', payload: 'x', createdAt: 0 })
})

test('arbitrary text is no record', () => {
  fc.assert(
    fc.property(text, (start) => {
      expect(decode(start)).toBeUndefined()
      expect(decode(`{"persist":1,"crc32":"${start}`)).toBeUndefined()
    }),
  )
})

test('records of format 1 are written and read as always', () => {
  const golden = JSON.parse(readFileSync(new URL('golden/records-1.json', import.meta.url), 'utf8')) as {
    entry: Omit<Entry, 'payload'> & { payload: string | number[] }
    namespace: string
    record: string
  }[]
  expect(golden.length).toBeGreaterThan(3)
  for (const { entry, namespace, record } of golden) {
    const { payload } = entry
    const meant: Entry = { ...entry, payload: typeof payload === 'string' ? payload : Uint8Array.from(payload) }
    expect(encode(meant, namespace)).toBe(record)
    expect(entryOf(decode(record)!)).toEqual(meant)
  }
})
