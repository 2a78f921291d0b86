import { types } from 'node:util'
import type { Reading } from './payload.ts'

/** A reading as JSON for `--json`: exact for plain JSON, similar for other values. The field `payload` is exact. */
export function plainReading(reading: Reading): unknown {
  if (reading.kind === 'value') return plain(reading.value)
  return reading.kind === 'text' ? reading.text : { base64: Buffer.from(reading.bytes).toString('base64') }
}

/** Turns dates into ISO strings, Maps into pairs, Sets into lists, and BigInts and the like into strings. */
export function plain(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (above.includes(value)) return '[circular]'
  const within = [...above, value]
  const below = (part: unknown) => plain(part, within)
  if (Array.isArray(value)) return Array.from(value, below)
  if (value instanceof Map) return [...value].map(below)
  if (value instanceof Set) return [...value].map(below)
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof RegExp || value instanceof URL) return String(value)
  if (value instanceof Error) return { name: value.name, message: value.message }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return value instanceof Uint8Array
      ? { base64: Buffer.from(value).toString('base64') }
      : Array.from(value as unknown as ArrayLike<unknown>, below)
  }
  if (value instanceof ArrayBuffer) return { base64: Buffer.from(value).toString('base64') }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, below(part)]))
}

/** A payload in JSON, without loss. */
export function exactPayload(payload: string | Uint8Array): string | { readonly base64: string } {
  return typeof payload === 'string' ? payload : { base64: Buffer.from(payload).toString('base64') }
}
