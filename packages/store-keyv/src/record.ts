import { crc32 } from 'node:zlib'
import type { Entry, ListedHead } from '@persist/store'

/** How a payload stands in a record: as it is, or in base64 its bytes or (of half a surrogate pair) its UTF-16. */
type PayloadKind = 'text' | 'bytes' | 'utf16'

interface Header extends Omit<Entry, 'payload'> {
  readonly payload: PayloadKind
  readonly namespace: string
}

/** A record that is whole. */
export interface Found {
  readonly namespace: string
  readonly hash: string
  /** Reads the payload, too. */
  readonly entry: () => Entry
  readonly head: () => ListedHead
}

const START = '{"persist":1,"crc32":"'
const SUM_LENGTH = 8
const SUMMED = START.length + SUM_LENGTH

/**
 * An entry as text, which every Keyv store keeps: a line of JSON, then the payload.
 *
 * ```
 * {"persist":1,"crc32":"5d0bb3c1","payload":"text","namespace":"double","hash":"wXS1bv","createdAt":1795516151224}
 * {"v":1,"json":6}
 * ```
 *
 * `crc32` covers the UTF-8 of everything behind itself.
 */
export function encode(entry: Entry, namespace: string): string {
  const { payload, hash, ...others } = entry
  const kind = kindOf(payload)
  const header = JSON.stringify({ payload: kind, namespace, hash, ...others })
  const summed = `",${header.slice(1)}\n${textOf(payload, kind)}`
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
  const {
    persist: _,
    crc32: __,
    payload: kind,
    namespace,
    ...head
  } = JSON.parse(record.slice(0, end)) as Header & {
    persist: 1
    crc32: string
  }
  const payload = () => payloadOf(record.slice(end + 1), kind)
  return {
    namespace,
    hash: head.hash,
    entry: () => ({ ...head, payload: payload() }),
    head: () => ({ ...head, bytes: bytesOf(payload()) }),
  }
}

/** Whose a damaged record probably is, for a report. */
export function ownerOf(record: string): { readonly namespace?: unknown; readonly hash?: unknown } {
  try {
    return JSON.parse(record.slice(0, record.indexOf('\n'))) as object
  } catch {
    return {}
  }
}

function kindOf(payload: Entry['payload']): PayloadKind {
  if (typeof payload !== 'string') return 'bytes'
  // Newer than the library that the types are of.
  return (payload as string & { isWellFormed(): boolean }).isWellFormed() ? 'text' : 'utf16'
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

function bytesOf(payload: Entry['payload']): number {
  return Buffer.byteLength(payload)
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(SUM_LENGTH, '0')
}
