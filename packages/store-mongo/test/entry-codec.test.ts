import type { Entry } from '@persist/store'
import fc from 'fast-check'
import { BSON } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { chunkedPayload, type EntryDocument, inlinePayload, toDocument } from '../src/entry-codec.ts'
import { toHead } from '../src/head.ts'

const DAY = 86_400_000
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', '\0', '\ud83d', '\udc00', 'é', '\u2028') }),
)
/** No clock says minus zero. */
const time = fc
  .oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(0.5, 253_402_300_799_999, 8.64e15, 1e300))
  .map((ms) => ms + 0)
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    hash: fc.string({ minLength: 1 }),
    payload: fc.oneof(anyText, fc.uint8Array()),
    createdAt: time,
    key: anyText,
    keyDigest: anyText,
    metadata: anyText,
    version: anyText,
    source: anyText,
    tags: fc.array(anyText, { maxLength: 4 }),
    codecs: fc.array(anyText, { maxLength: 4 }),
    expiresAt: time,
    staleUntil: time,
    durationMs: fc.double({ noNaN: true, min: 0 }).map((ms) => ms + 0),
    promised: fc.boolean(),
  },
  { requiredKeys: ['hash', 'payload', 'createdAt'] },
)

describe('a document', () => {
  test('gives back the entry, after it has been to the server', () => {
    fc.assert(
      fc.property(entry, (written) => {
        const document = roundTripped(toDocument('id', written, DAY).document)
        const read = { ...toHead(document, written.hash), payload: inlinePayload(document) }
        expect(withPlainBytes(read)).toEqual(withPlainBytes(written))
      }),
    )
  })

  test('with any byte of its payload changed gives no entry', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (payload, at, change) => {
          const document = roundTripped(toDocument('id', { hash: 'h', payload, createdAt: 1 }, DAY).document)
          const bytes = Uint8Array.from(document.payload as Uint8Array)
          bytes[at % bytes.length]! ^= change
          expect(inlinePayload({ ...document, payload: bytes })).toBeUndefined()
        },
      ),
    )
  })

  test('whose fields have other types than ours gives no entry, and throws nothing', () => {
    const whole = roundTripped(
      toDocument('id', { hash: 'h', payload: 'x', key: 'k', tags: ['t'], createdAt: 1 }, DAY).document,
    )
    const names = ['payload', 'sum', 'key', 'tags', 'createdAt', 'expiresAt', 'staleUntil', 'durationMs'] as const
    const things = [3n, true, { $gt: '' }, null, /x/, new Date(Number.NaN)]
    fc.assert(
      fc.property(fc.constantFrom(...names, 'promised'), fc.constantFrom(...things), (name, thing) => {
        fc.pre(name !== 'promised' || thing !== true)
        const document = { ...whole, [name]: thing } as unknown as EntryDocument
        expect(toHead(document, 'h') && inlinePayload(document)).toBeUndefined()
      }),
    )
  })

  test('is kept by the server for as long after its end as was said', () => {
    const { document } = toDocument('id', { hash: 'h', payload: '', createdAt: 1, expiresAt: 1000 }, DAY)
    expect(document.dropAt).toEqual(new Date(1000 + DAY))
  })

  test('is kept by the server through its stale window, and then for as long as was said', () => {
    const stale = { hash: 'h', payload: '', createdAt: 1, expiresAt: 1000, staleUntil: 7 * DAY }
    expect(toDocument('id', stale, DAY).document.dropAt).toEqual(new Date(8 * DAY))
    expect(toDocument('id', stale, 0).document.dropAt).toEqual(new Date(7 * DAY))
    // A window that ends before the entry expires takes nothing from it.
    expect(toDocument('id', { ...stale, staleUntil: 1 }, 0).document.dropAt).toEqual(new Date(1000))
    const forever = { ...stale, staleUntil: Number.POSITIVE_INFINITY }
    expect(toDocument('id', forever, 0).document.dropAt).toBeUndefined()
  })

  test('has only fields of ours, whatever the entry says', () => {
    const hostile = { hash: 'h', payload: '', createdAt: 1, $where: '1', 'a.b': 1, __proto__: { lease: 1 } } as Entry
    expect(Object.keys(toDocument('id', hostile, DAY).document).sort()).toEqual(
      ['_id', 'bytes', 'createdAt', 'gen', 'payload', 'sum', 'usedAt', 'v'].sort(),
    )
  })
})

function roundTripped(document: EntryDocument): EntryDocument {
  const bytes = BSON.serialize(document, { ignoreUndefined: true })
  return BSON.deserialize(bytes, { promoteBuffers: true }) as unknown as EntryDocument
}

function withPlainBytes(entry: object): object {
  const { payload } = entry as Entry
  return { ...entry, payload: typeof payload === 'string' ? payload : [...payload] }
}

test('text that has more UTF-8 than a string may have comes back from its chunks', () => {
  // 538 MB of UTF-8, in 269 million characters.
  const payload = 'ä'.repeat(269_000_000)
  const { document, apart } = toDocument('f:a', { hash: 'a', payload, createdAt: 1 }, 0)
  expect(chunkedPayload(document, apart!) === payload).toBe(true)
})
