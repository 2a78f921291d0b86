import { crc32 } from 'node:zlib'
import type { Entry, Head, ListedHead } from '@persist/store'
import { decodePayload, payloadEncoding, readHead, storedHead } from '@persist/store/kit'

/** How a payload stands in a record: as it is, or in base64 as its bytes or (with half a surrogate pair) as its UTF-16. */
type PayloadKind = 'text' | 'bytes' | 'utf16'

const KINDS = { utf8: 'text', bytes: 'bytes', utf16le: 'utf16' } as const

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
  readonly payload: Entry['payload']
}

const START = '{"persist":1,"crc32":"'
const SUM_LENGTH = 8
const SUMMED = START.length + SUM_LENGTH

/**
 * An entry as one string, which every Keyv store keeps: a line of JSON, then the payload.
 *
 * ```
 * {"persist":1,"crc32":"5d0bb3c1","payload":"text","namespace":"double","head":{"hash":"wXS1bv","createdAt":1795516151224}}
 * {"v":1,"json":6}
 * ```
 *
 * `crc32` covers the UTF-8 of everything after itself.
 */
export function encode(entry: Entry, namespace: string): string {
  const kind = KINDS[payloadEncoding(entry.payload)]
  const header: Header = { payload: kind, namespace, head: storedHead(entry) }
  const summed = `",${JSON.stringify(header).slice(1)}\n${stringOf(entry.payload, kind)}`
  return START + sumOf(summed) + summed
}

/** Whether a value of a Keyv store, which others may share, is a record, whole or not. */
export function isRecord(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('{"persist":')
}

/** Reads a record. `undefined`: it is damaged, or has fields that no record has. */
export function decode(record: string): Found | undefined {
  if (!record.startsWith(START) || record.slice(START.length, SUMMED) !== sumOf(record.slice(SUMMED))) return undefined
  const end = record.indexOf('\n')
  if (end < 0) return undefined
  const header = jsonIn(record.slice(0, end))
  const head = readHead(header?.head)
  const payload = payloadIn(record.slice(end + 1), header?.payload)
  if (head === undefined || payload === undefined || typeof header?.namespace !== 'string') return undefined
  return { namespace: header.namespace, hash: head.hash, head, payload }
}

/** The entry of a record. */
export function entryOf({ head, payload }: Found): Entry {
  return { ...head, payload }
}

/** The head of a record, as a listing gives it. */
export function listedHeadOf({ head, payload }: Found): ListedHead {
  return { ...head, bytes: Buffer.byteLength(payload) }
}

/** The entry that a damaged record probably belongs to, for a report. */
export function ownerOf(record: string): { readonly namespace?: unknown; readonly hash?: unknown } {
  const header = jsonIn(record.slice(0, record.indexOf('\n')))
  const head = header?.head as { readonly hash?: unknown } | null | undefined
  return { namespace: header?.namespace, hash: head?.hash }
}

function stringOf(payload: Entry['payload'], kind: PayloadKind): string {
  if (kind === 'text') return payload as string
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'utf16le') : Buffer.from(payload)
  return bytes.toString('base64')
}

/** `undefined`: the string is not of that kind, or the kind is unknown. */
function payloadIn(string: string, kind: unknown): Entry['payload'] | undefined {
  if (kind === 'text') return string
  if (kind !== 'bytes' && kind !== 'utf16') return undefined
  const bytes = Buffer.from(string, 'base64')
  // Node skips characters that are not base64: then there are fewer bytes than the length of the string says.
  if (string.length % 4 !== 0 || bytes.length !== Buffer.byteLength(string, 'base64')) return undefined
  return decodePayload(bytes, kind === 'utf16' ? 'utf16le' : 'bytes')
}

function jsonIn(line: string): Readonly<Record<keyof Header, unknown>> | undefined {
  try {
    return JSON.parse(line) ?? undefined
  } catch {
    return undefined
  }
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(SUM_LENGTH, '0')
}
