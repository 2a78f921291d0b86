import { type Entry, HEAD_FIELDS, type Head } from '@persist/store'
import { fitsHeadField } from '@persist/store/kit'
import { exactPayload } from '../plain.ts'
import type { Parcel } from './transfer.ts'

// One JSON document a line (https://github.com/ndjson/ndjson-spec): a first line that says what it is, a line an entry,
// and a last line with their number, so that a file that was cut off shows. docs/formats.md has an example.

export const EXPORT_FORMAT = 1

/** The first line. */
export function firstLine(store: string, now: number): string {
  return JSON.stringify({ persist: 'export', format: EXPORT_FORMAT, store, exportedAt: now })
}

/** The line of an entry: texts exactly, bytes in base64. JSON escapes halves of surrogate pairs, so none is lost. */
export function lineOf({ funcname, entry }: Parcel): string {
  const { payload, ...head } = entry
  return JSON.stringify({ function: funcname, ...head, payload: exactPayload(payload) })
}

/** Whether {@link lineOf} failed since the line would be longer than a text can be. */
export function isTooLong(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return code === 'ERR_STRING_TOO_LONG' || message === 'Invalid string length'
}

/** The last line. */
export function lastLine(entries: number): string {
  return JSON.stringify({ persist: 'end', entries })
}

/** What stands in a line. */
export type Line =
  | { readonly kind: 'start' }
  | { readonly kind: 'entry'; readonly parcel: Parcel }
  | { readonly kind: 'end'; readonly entries: number }

const FIELDS = Object.keys(HEAD_FIELDS) as (keyof Head)[]

/** Reads a line; throws an error that says what is wrong with it. */
export function readLine(text: string): Line {
  const line = JSON.parse(text) as Record<string, unknown> | null
  if (typeof line !== 'object' || line === null || Array.isArray(line)) throw new TypeError('it is no JSON object')
  if (line.persist === 'export') {
    if (line.format === EXPORT_FORMAT) return { kind: 'start' }
    throw new TypeError(`the file has format ${line.format}, and this version of @persist/cli reads ${EXPORT_FORMAT}`)
  }
  if (line.persist === 'end') return { kind: 'end', entries: Number(line.entries) }
  if (typeof line.function !== 'string') throw new TypeError('it names no function')
  return { kind: 'entry', parcel: { funcname: line.function, entry: { ...headIn(line), payload: payloadIn(line) } } }
}

/** Only what a head has, each of its type: a file may come from anywhere. */
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
  if (bytes.toString('base64') !== base64) throw new TypeError('its payload is no base64')
  return new Uint8Array(bytes)
}
