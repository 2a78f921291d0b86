import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { Entry } from '@persist/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, decodeHead, encode } from '../src/entry-codec.ts'
import { keyOf, prefixOf } from '../src/keys.ts'

const HASH = 'wXS1bv'
const KEY = keyOf(prefixOf('double'), HASH)

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'ä', '😀', '\ud83d', '\ude00') }),
)
const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const entries: fc.Arbitrary<Entry> = fc.record(
  {
    hash: fc.constant(HASH),
    payload: fc.oneof(text, fc.uint8Array()),
    createdAt: number,
    expiresAt: number,
    durationMs: number,
    promised: fc.boolean(),
    key: text,
    keyDigest: text,
    metadata: text,
    version: text,
    source: text,
    tags: fc.array(text),
    codecs: fc.array(text),
    // JSON has no negative zero.
    staleUntil: number.map((time) => time + 0),
  },
  { requiredKeys: ['hash', 'payload', 'createdAt'] },
)

const FULL: Entry = {
  hash: HASH,
  payload: '{"v":1,"json":"ä😀"}',
  createdAt: 1_700_000_000_123,
  expiresAt: 1_800_000_000_000,
  durationMs: 0.125,
  promised: true,
  key: '[3]',
  metadata: 'by hand',
  tags: ['red', 'green'],
}

const read = (record: Buffer, key = KEY) => decode(record, record.length, key, HASH)

const isWellFormed = (payload: string) => !/\p{Surrogate}/u.test(payload)
const sizeOf = (payload: string | Uint8Array) =>
  typeof payload === 'string' && !isWellFormed(payload) ? 2 * payload.length : Buffer.byteLength(payload)

test('an entry is read as it was written', () => {
  fc.assert(
    fc.property(entries, (entry) => {
      const record = encode(entry, KEY)
      expect(read(record)).toEqual(entry)
      const { payload, ...head } = entry
      expect(decodeHead(record, record.length, KEY, HASH)).toEqual({ ...head, bytes: sizeOf(payload) })
    }),
  )
})

test('an entry is read in a program that has extended Object.prototype', () => {
  const plain = { hash: HASH, payload: '1', createdAt: 1 }
  Object.assign(Object.prototype, { extension: 1 })
  try {
    for (const entry of [FULL, plain]) expect({ ...read(encode(entry, KEY)) }).toEqual(entry)
  } finally {
    Reflect.deleteProperty(Object.prototype, 'extension')
  }
})

test('what follows the record in a longer buffer is not read', () => {
  const record = encode(FULL, KEY)
  const longer = Buffer.concat([record, Buffer.from('left over')])
  expect(decode(longer, record.length, KEY, HASH)).toEqual(FULL)
})

test('the entry keeps nothing of the buffer', () => {
  const record = encode({ ...FULL, payload: new Uint8Array([1, 2, 3]) }, KEY)
  const entry = read(record)
  record.fill(0)
  expect(entry?.payload).toEqual(new Uint8Array([1, 2, 3]))
})

test('every single flipped bit is noticed', () => {
  const record = encode(FULL, KEY)
  for (let bit = 0; bit < record.length * 8; bit++) {
    const flipped = Buffer.from(record)
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    expect(read(flipped), `bit ${bit}`).toBeUndefined()
  }
})

test('every shorter and every longer record is noticed', () => {
  const record = encode(FULL, KEY)
  for (let length = 0; length < record.length; length++) expect(read(record.subarray(0, length))).toBeUndefined()
  expect(read(Buffer.concat([record, Buffer.of(0)]))).toBeUndefined()
})

test('a record under the key of another entry is noticed', () => {
  const record = encode(FULL, KEY)
  expect(read(record, keyOf(prefixOf('double'), 'wXS1bw'))).toBeUndefined()
  expect(read(record, keyOf(prefixOf('triple'), HASH))).toBeUndefined()
})

test('a record with a fitting checksum and fields that are none is damaged', () => {
  const entry: Entry = { hash: HASH, payload: 'x', createdAt: 1, metadata: 'm' }
  const hostile = [
    '{"metadata":1}',
    '{"tags":"red"}',
    '{"tags":[1]}',
    '{"staleUntil":"soon"}',
    '{"staleUntil":null}',
    '{"payload":"forged"}',
    '{"hash":"other"}',
    '{"createdAt":"now"}',
    '{"__proto__":{"key":"k"}}',
    '{"ttl":1}',
    '[]',
    '1',
    'null',
    'no JSON',
  ]
  for (const text of hostile) expect(read(forgedRecord(entry, text)), text).toBeUndefined()
  expect(read(forgedRecord(entry, '{"metadata":"n"}'))).toEqual({ ...entry, metadata: 'n' })
})

test('a time that is no number makes a record a damaged one', () => {
  for (const field of ['createdAt', 'expiresAt'] as const) {
    expect(read(encode({ ...FULL, [field]: Number.NaN }, KEY)), field).toBeUndefined()
  }
})

test('an entry that may be served stale forever is read as one', () => {
  const forever = { ...FULL, staleUntil: Number.POSITIVE_INFINITY }
  expect(read(encode(forever, KEY))).toEqual({ ...FULL, staleUntil: Number.MAX_VALUE })
})

test('arbitrary bytes are no record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(read(Buffer.from(bytes))).toBeUndefined()
    }),
  )
})

/** The record of the entry with another text for its fields, and with the checksum for it. */
function forgedRecord(entry: Entry, fields: string): Buffer {
  const record = encode(entry, KEY)
  const end = 34 + record.readUInt32LE(30)
  const forged = Buffer.concat([record.subarray(0, 34), Buffer.from(fields), record.subarray(end)])
  forged.writeUInt32LE(Buffer.byteLength(fields), 30)
  forged.writeUInt32LE(crc32(forged.subarray(4), crc32(KEY)))
  return forged
}

test.each(['records-1', 'records-1-stale', 'records-1-parts'])(
  '%s: records of format 1 are written and read as always',
  (name) => {
    const golden = JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8')) as {
      entry: Omit<Entry, 'payload'> & { payload: string | number[] }
      namespace: string
      record: string
    }[]
    for (const { entry, namespace, record } of golden) {
      const { payload } = entry
      const meant: Entry = { ...entry, payload: typeof payload === 'string' ? payload : Uint8Array.from(payload) }
      const key = keyOf(prefixOf(namespace), entry.hash)
      expect(encode(meant, key).toString('hex')).toBe(record)
      const bytes = Buffer.from(record, 'hex')
      expect(decode(bytes, bytes.length, key, entry.hash)).toEqual(meant)
    }
  },
)

test('text that has more UTF-8 than a string may have comes back', () => {
  // 538 MB of UTF-8, in 269 million characters.
  const payload = 'ä'.repeat(269_000_000)
  const record = encode({ hash: HASH, payload, createdAt: 1 }, KEY)
  expect(decode(record, record.length, KEY, HASH)?.payload === payload).toBe(true)
})
