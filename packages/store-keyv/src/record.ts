import { crc32 } from 'node:zlib'
import type { Entry, Head, ListedHead } from '@persist/store'
import { isWellFormed } from './keys.ts'

/** How a payload stands in a record: as it is, or in base64 its bytes or (of half a surrogate pair) its UTF-16. */
type PayloadKind = 'text' | 'bytes' | 'utf16'

interface Header {
  readonly payload: PayloadKind
  readonly namespace: string
  readonly head: Head
}

/** A record that is whole. */
export interface Found {
  readonly namespace: string
  readonly hash: string
  readonly head: Head
  /** Reads the payload. */
  readonly payload: () => Entry['payload']
}

const START = '{"persist":1,"crc32":"'
const SUM_LENGTH = 8
const SUMMED = START.length + SUM_LENGTH

/**
 * An entry as text, which every Keyv store keeps: a line of JSON, then the payload.
 *
 * ```
 * {"persist":1,"crc32":"5d0bb3c1","payload":"text","namespace":"double","head":{"hash":"wXS1bv","createdAt":1795516151224}}
 * {"v":1,"json":6}
 * ```
 *
 * `crc32` covers the UTF-8 of everything behind itself.
 */
export function encode(entry: Entry, namespace: string): string {
  const { payload, ...head } = entry
  const kind = kindOf(payload)
  const header: Header = { payload: kind, namespace, head }
  const summed = `",${JSON.stringify(header).slice(1)}\n${textOf(payload, kind)}`
  return START + sumOf(summed) + summed
}

/** Whether a value of a Keyv store, which others may share, is a record, whole or not. */
export function isRecord(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('{"persist":')
}

/** Reads a record; `undefined` for a damaged one. */
export function decode(record: string): Found | undefined {
  if (!record.startsWith(START) || record.slice(START.length, SUMMED) !== sumOf(record.slice(SUMMED))) return undefined
  const end = record.indexOf('\n')
  const { payload: kind, namespace, head } = JSON.parse(record.slice(0, end)) as Header
  return { namespace, hash: head.hash, head, payload: () => payloadOf(record.slice(end + 1), kind) }
}

/** The entry of a record. */
export function entryOf({ head, payload }: Found): Entry {
  return { ...head, payload: payload() }
}

/** The head of a record, as a listing gives it. */
export function listedHeadOf({ head, payload }: Found): ListedHead {
  return { ...head, bytes: Buffer.byteLength(payload()) }
}

/** Whose a damaged record probably is, for a report. */
export function ownerOf(record: string): { readonly namespace?: unknown; readonly hash?: unknown } {
  try {
    const { namespace, head } = JSON.parse(record.slice(0, record.indexOf('\n'))) as Partial<Header>
    return { namespace, hash: head?.hash }
  } catch {
    return {}
  }
}

function kindOf(payload: Entry['payload']): PayloadKind {
  if (typeof payload !== 'string') return 'bytes'
  return isWellFormed(payload) ? 'text' : 'utf16'
}

function textOf(payload: Entry['payload'], kind: PayloadKind): string {
  if (kind === 'text') return payload as string
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'utf16le') : Buffer.from(payload)
  return bytes.toString('base64')
}

function payloadOf(text: string, kind: PayloadKind): Entry['payload'] {
  if (kind === 'text') return text
  const bytes = Buffer.from(text, 'base64')
  return kind === 'utf16' ? bytes.toString('utf16le') : new Uint8Array(bytes)
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(SUM_LENGTH, '0')
}
