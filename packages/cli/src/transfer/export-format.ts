import { type Entry, HEAD_FIELDS, type Head } from '@persist/store'
import { fitsHeadField } from '@persist/store/kit'
import { payloadToJson } from '../entries/to-json.ts'
import type { TransferItem } from './transfer-item.ts'

// One JSON document a line (https://github.com/ndjson/ndjson-spec): a first line that says what it is, a line an entry,
// and a last line with their number, so that a file that was cut off shows. docs/formats.md has an example.

export const EXPORT_FORMAT = 1

/** The first line. */
export function firstLine(store: string, now: number): string {
  return JSON.stringify({ persist: 'export', format: EXPORT_FORMAT, store, exportedAt: now })
}

/** The line of an entry: strings exactly, bytes in base64. JSON escapes lone surrogates, so none is lost. */
export function lineOf({ funcname, entry }: TransferItem): string {
  const { payload, ...head } = entry
  return JSON.stringify({ function: funcname, ...head, payload: payloadToJson(payload) })
}

/** Whether {@link lineOf} failed because the line would be longer than a string can be. */
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

const FIELDS = Object.keys(HEAD_FIELDS) as (keyof Head)[]

/** Reads a line. Throws an error with the reason if that fails. */
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

/** Only the fields of a head, with their types checked: a file may come from anywhere. */
function headIn(line: Record<string, unknown>): Head {
  const head: Record<string, unknown> = {}
  for (const field of FIELDS) {
    const value = line[field]
    if (value === undefined) continue
    if (!fitsHeadField(field, value)) throw new TypeError(`its ${field} is of the wrong type`)
    head[field] = value
  }
  for (const field of ['hash', 'createdAt']) if (head[field] === undefined) throw new TypeError(`it has no ${field}`)
  return head as unknown as Head
}

function payloadIn({ payload }: Record<string, unknown>): Entry['payload'] {
  if (typeof payload === 'string') return payload
  const base64 = (payload as { base64?: unknown } | null | undefined)?.base64
  if (typeof base64 !== 'string') throw new TypeError('it has no payload')
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) throw new TypeError('its payload is not base64')
  return new Uint8Array(bytes)
}
