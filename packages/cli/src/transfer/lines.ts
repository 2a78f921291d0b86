import type { Entry, Head } from '@persist/store'
import { exactPayload } from '../plain.ts'
import type { TransferItem } from './transfer.ts'

// One JSON document per line (https://github.com/ndjson/ndjson-spec): a first line with the format, one line per entry, and a
// last line with their number, which shows whether a file was cut off. docs/formats.md has an example.

export const EXPORT_FORMAT = 1

/** The first line. */
export function firstLine(store: string, now: number): string {
  return JSON.stringify({ persist: 'export', format: EXPORT_FORMAT, store, exportedAt: now })
}

/** The line of an entry: strings exactly, bytes in base64. JSON escapes lone surrogates, so they are not lost. */
export function lineOf({ funcname, entry }: TransferItem): string {
  const { payload, ...head } = entry
  return JSON.stringify({ function: funcname, ...head, payload: exactPayload(payload) })
}

/** Whether {@link lineOf} failed because the line would be longer than the longest string. */
export function isTooLong(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return code === 'ERR_STRING_TOO_LONG' || message === 'Invalid string length'
}

/** The last line. */
export function lastLine(entries: number): string {
  return JSON.stringify({ persist: 'end', entries })
}

/** The content of a line. */
export type Line =
  | { readonly kind: 'start' }
  | { readonly kind: 'entry'; readonly item: TransferItem }
  | { readonly kind: 'end'; readonly entries: number }

const STRINGS = ['key', 'keyDigest', 'metadata', 'version', 'source'] as const
const NUMBERS = ['expiresAt', 'staleUntil', 'durationMs'] as const

/** Reads a line. Throws an error with the reason if the line is invalid. */
export function readLine(text: string): Line {
  const line = JSON.parse(text) as Record<string, unknown> | null
  if (typeof line !== 'object' || line === null || Array.isArray(line)) throw new TypeError('it is not a JSON object')
  if (line.persist === 'export') {
    if (line.format === EXPORT_FORMAT) return { kind: 'start' }
    throw new TypeError(`the file has format ${line.format}, and this version of @persist/cli reads ${EXPORT_FORMAT}`)
  }
  if (line.persist === 'end') return { kind: 'end', entries: Number(line.entries) }
  if (typeof line.function !== 'string') throw new TypeError('it names no function')
  return { kind: 'entry', item: { funcname: line.function, entry: { ...headIn(line), payload: payloadIn(line) } } }
}

/** Takes only the fields of a head, and checks their types: the file may come from anywhere. */
function headIn(line: Record<string, unknown>): Head {
  const { hash, createdAt, promised, tags } = line
  if (typeof hash !== 'string') throw new TypeError('it has no hash')
  if (typeof createdAt !== 'number') throw new TypeError('it has no createdAt')
  const head: Record<string, unknown> = { hash, createdAt }
  for (const name of STRINGS) copyField(line, head, name, (value) => typeof value === 'string')
  for (const name of NUMBERS) copyField(line, head, name, (value) => typeof value === 'number')
  if (promised !== undefined) copyField(line, head, 'promised', (value) => typeof value === 'boolean')
  const isTags = (value: unknown) => Array.isArray(value) && value.every((tag) => typeof tag === 'string')
  if (tags !== undefined) copyField(line, head, 'tags', isTags)
  return head as unknown as Head
}

function copyField(
  line: Record<string, unknown>,
  head: Record<string, unknown>,
  name: string,
  isSound: (value: unknown) => boolean,
): void {
  if (line[name] === undefined) return
  if (!isSound(line[name])) throw new TypeError(`its ${name} is of the wrong type`)
  head[name] = line[name]
}

function payloadIn({ payload }: Record<string, unknown>): Entry['payload'] {
  if (typeof payload === 'string') return payload
  const base64 = (payload as { base64?: unknown } | null | undefined)?.base64
  if (typeof base64 !== 'string') throw new TypeError('it has no payload')
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) throw new TypeError('its payload is not base64')
  return new Uint8Array(bytes)
}
