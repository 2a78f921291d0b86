import { types } from 'node:util'
import type { Decoded } from './decode.ts'

/** A decoded payload for `--json`: exact for JSON values, approximate for others. The field `payload` next to it is exact. */
export function decodedToJson(decoded: Decoded): unknown {
  if (decoded.kind === 'value') return toJson(decoded.value)
  return decoded.kind === 'string' ? decoded.string : { base64: Buffer.from(decoded.bytes).toString('base64') }
}

/** Dates as ISO strings, maps as pairs, sets as lists, big integers and values that JSON does not have as strings. */
export function toJson(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (above.includes(value)) return '[circular]'
  const within = [...above, value]
  const below = (part: unknown) => toJson(part, within)
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
export function payloadToJson(payload: string | Uint8Array): string | { readonly base64: string } {
  return typeof payload === 'string' ? payload : { base64: Buffer.from(payload).toString('base64') }
}
