import { readFileSync } from 'node:fs'
import * as zlib from 'node:zlib'
import type { Entry } from '@persist/core'
import { CodecError, EntryReader } from '@persist/core/codecs'
import { expect, it } from 'vitest'
import type { CodecSettings } from '../src/codecs/codec-settings.ts'
import { encodeEntry } from '../src/codecs/encode.ts'
import { encryptionKeysOf } from '../src/codecs/encryption-key.ts'
import { run } from '../src/concurrency/sync-or-async.ts'

/** A golden entry: bytes are in base64. */
interface Golden {
  readonly stored: Omit<Entry, 'payload'> & { readonly payload: string }
  /** The payload before, or how often the text repeats. */
  readonly plain: { readonly text: string; readonly times: number } | { readonly base64: string }
}

const GOLDEN: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('golden/codecs-1.json', import.meta.url), 'utf8'),
)
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i)
const reader = new EntryReader({ encrypt: KEY })
const hasZstd = 'zstdDecompressSync' in zlib

const storedOf = ({ stored }: Golden): Entry => ({
  ...stored,
  payload: new Uint8Array(Buffer.from(stored.payload, 'base64')),
})
const plainOf = ({ plain }: Golden): Entry['payload'] =>
  'text' in plain ? plain.text.repeat(plain.times) : new Uint8Array(Buffer.from(plain.base64, 'base64'))

it.each(Object.keys(GOLDEN).filter((name) => hasZstd || !name.includes('zstd')))(
  '%s is read as it was written',
  (name) => {
    const golden = GOLDEN[name]!
    const { payload, ...head } = reader.decode('formats', storedOf(golden))
    expect(typeof payload === 'string' ? payload : new Uint8Array(payload)).toEqual(plainOf(golden))
    expect(head.key).toBe(golden.stored.key === undefined ? undefined : '{"v":1,"json":["Ann"]}')
    expect(head).not.toHaveProperty('codecs')
  },
)

it('a runtime without zstd says so, and takes the entry for no damage', () => {
  const zstd = storedOf(GOLDEN['zstd text']!)
  if (hasZstd) expect(reader.decode('formats', zstd).payload).toBe(plainOf(GOLDEN['zstd text']!))
  else expect(() => reader.decode('formats', zstd)).toThrow(/\(zstd\): this runtime lacks the codec/)
})

it.each(['encrypted text', 'encrypted bytes'])('%s is written byte for byte as before', (name) => {
  const golden = GOLDEN[name]!
  const { codecs: _, ...head } = golden.stored
  const entry = { ...head, payload: plainOf(golden), ...(head.key && { key: '{"v":1,"json":["Ann"]}' }) }
  expect(run(encodeEntry(settings(), entry, false))).toMatchObject({
    ...golden.stored,
    payload: Buffer.from(golden.stored.payload, 'base64'),
  })
})

it.each([
  ['the function', 'other', {}],
  ['the hash', 'formats', { hash: 'other' }],
  ['the time of creation', 'formats', { createdAt: 1 }],
  ['the expiry', 'formats', { expiresAt: 5 }],
  ['the version', 'formats', { version: '2' }],
  ['the tags', 'formats', { tags: [] }],
  ['the metadata', 'formats', { metadata: '' }],
  ['the source', 'formats', { source: '' }],
  ['the digest of the key', 'formats', { keyDigest: '' }],
  ['the stored key', 'formats', { key: 'AAAA' }],
  ['the last byte of the stored key', 'formats', { key: `${GOLDEN['encrypted text']!.stored.key!.slice(0, -4)}AAAA` }],
])('an encrypted entry cannot be read if %s was changed', (_, funcname, change) => {
  const entry = { ...storedOf(GOLDEN['encrypted text']!), ...change }
  expect(() => reader.decode(funcname, entry)).toThrow(CodecError)
  expect(reader.decode('formats', storedOf(GOLDEN['encrypted text']!)).payload).toBe('{"v":1,"json":"secret"}')
})

it('a payload and a stored key cannot take the place of each other', () => {
  const entry = storedOf(GOLDEN['encrypted text']!)
  const swapped = {
    ...entry,
    key: Buffer.from(entry.payload as Uint8Array).toString('base64'),
    payload: new Uint8Array(Buffer.from(entry.key!, 'base64')),
  }
  expect(() => reader.decode('formats', swapped)).toThrow(CodecError)
})

it('changeHead encrypts again under the same key, and keeps the compression', () => {
  const stored = storedOf(GOLDEN['encrypted text']!)
  const changed = reader.changeHead('formats', stored, { version: '3' })
  expect(changed.codecs).toEqual(stored.codecs)
  expect(reader.decode('formats', changed)).toEqual({ ...reader.decode('formats', stored), version: '3' })
  expect(() => reader.decode('formats', { ...stored, version: '3' })).toThrow(CodecError)
})

it('two encryptions of one entry have nothing in common', () => {
  const entry = { hash: 'h', createdAt: 1, payload: 'x'.repeat(64) }
  const { random: _, ...fresh } = settings()
  const [one, two] = [1, 2].map(() => (run(encodeEntry(fresh, entry, false)) as Entry).payload as Uint8Array)
  const same = one!.filter((byte, index) => byte === two![index])
  expect(same.length).toBeLessThan(12)
})

it.each([
  [['utf8', 'gzip', 'gzip']],
  [['gzip', 'utf8']],
  [['utf8', 'aes-256-gcm:x', 'gzip']],
  [['__proto__']],
  [['']],
  [['aes-256-gcm:']],
])('a reader refuses the codecs %j', (codecs) => {
  const entry = { hash: 'h', createdAt: 1, payload: zlib.gzipSync('text'), codecs }
  expect(() => reader.decode('f', entry)).toThrow(CodecError)
})

/** Salts that are fixed, so that what is written can be compared. */
function settings(): CodecSettings {
  let next = 100
  const random = (length: number) => new Uint8Array(length).fill(next++)
  const keys = encryptionKeysOf(KEY)
  return { namespace: 'formats', compression: undefined, keys, maxBytes: 2 ** 30, random }
}
