import assert from 'node:assert/strict'
import type { Entry, Head, Listing, Mode } from '../contract.ts'

/** An expiry for samples, in milliseconds since 1970, so late that no server removes the entry during a test. */
export const LATER = Date.now() + 86_400_000

/** Hashes as core makes them by default: 32 bytes in base64url, of whose last digit two bits are 0. */
export function defaultHash(number: number): string {
  const digits = `${number.toString(36)}_`.padEnd(42, 'Xy-0zQ')
  return `${digits}0`
}

/** An entry with the required fields only. */
export function plain(hash: string, payload: string | Uint8Array = `payload of ${hash}`): Entry {
  return { hash, payload, createdAt: 1_700_000_000_000 }
}

/** An entry with all fields. */
export function full(hash: string, payload: string | Uint8Array = `payload of ${hash}`): Required<Entry> {
  return {
    hash,
    payload,
    key: '{"v":1,"json":["a",1]}',
    keyDigest: 'mJ3vJ0bq1vZlD0y3m5w2',
    metadata: 'made by hand',
    version: '2.1',
    source: 'c291cmNl',
    keyParts: 'q0ZxA.{b3-_9,Kk1aa}',
    tags: ['red', 'green'],
    inputs: ['env 2jmj7l5rSw0yVb_vlWAYkK c2FsdA THEME', 'file mJ3vJ0bq1vZlD0y3m5w2aa 12,1.5,2.25,3 a "b".md'],
    createdAt: 1_700_000_000_123,
    expiresAt: LATER + 321,
    staleUntil: LATER + 654,
    durationMs: 12.625,
    promised: true,
    codecs: ['utf8', 'gzip'],
  }
}

/** An entry whose payload and metadata both name its writing, so that a mixture of two writings can be detected. */
export function writing(hash: string, mark: string, length = 100_000): Entry {
  return { ...plain(hash, mark.repeat(length)), metadata: mark }
}

/** Fails unless the whole entry comes from one of those writings. */
export function assertWhole(entry: Entry | undefined, marks: readonly string[], length = 100_000): void {
  assert.ok(entry, 'the entry is gone')
  const mark = entry.metadata
  assert.ok(mark !== undefined && marks.includes(mark), `the metadata comes from none of the writings: ${mark}`)
  assert.ok(entry.payload === mark.repeat(length), `the payload is not the one that was written with metadata ${mark}`)
}

/** Fails unless the entry came back exactly: every field, no other field, strings as strings and bytes as bytes. */
export function assertEntry(actual: Entry | undefined, expected: Entry, what = 'the entry'): void {
  assert.ok(actual !== undefined, `${what} is gone`)
  assert.deepEqual(headOf(actual), headOf(expected), `${what} has another head`)
  assertPayload(actual.payload, expected.payload, what)
}

/** Fails unless a string came back as the same string, or bytes as the same bytes. */
export function assertPayload(actual: unknown, expected: string | Uint8Array, what = 'the payload'): void {
  if (typeof expected === 'string') {
    assert.equal(typeof actual, 'string', `${what} was a string and came back as something else`)
    assert.ok(actual === expected, `${what} came back as another string: ${shown(actual)} for ${shown(expected)}`)
  } else {
    assert.ok(actual instanceof Uint8Array, `${what} was bytes and came back as ${typeof actual}`)
    assert.ok(
      Buffer.compare(actual, expected) === 0,
      `${what} came back as other bytes: ${shown(actual)} for ${shown(expected)}`,
    )
  }
}

/** The entries of a listing, by hash. Fails if a hash appears twice. */
export async function collect<T extends Head>(listing: Listing<Mode, T>): Promise<Map<string, T>> {
  const met = new Map<string, T>()
  for await (const one of listing) {
    assert.ok(!met.has(one.hash), `the listing gave ${JSON.stringify(one.hash)} twice`)
    met.set(one.hash, one)
  }
  return met
}

/** The hashes of a listing, sorted. */
export async function hashesIn(listing: Listing<Mode, Head>): Promise<string[]> {
  return [...(await collect(listing)).keys()].sort()
}

/** Waits, in milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Calls `act` with each item, a hundred at a time. */
export async function forAll<T>(all: readonly T[], act: (one: T) => unknown): Promise<void> {
  for (let start = 0; start < all.length; start += 100) await Promise.all(all.slice(start, start + 100).map(act))
}

function headOf(entry: Entry): Head {
  const { payload: _, ...head } = entry
  return head
}

/** The beginning of a payload: a message is made also where nothing is wrong. */
function shown(payload: unknown): string {
  const { length } = payload as string | Uint8Array
  const begin =
    typeof payload === 'string'
      ? JSON.stringify(payload.slice(0, 80))
      : Buffer.from((payload as Uint8Array).subarray(0, 40)).toString('hex')
  return length > 80 ? `${begin}… (${length})` : begin
}
