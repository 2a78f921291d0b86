import { types } from 'node:util'
import type { Decoded } from './decode.ts'
import { repeatsTooOften } from './repeats.ts'

/** More of them would take longer to write than a person waits. */
const MAX_REPEATS = 1_000_000

/** A decoded payload for `--json`: exact for JSON values, approximate for others. The field `payload` next to it is exact. */
export function decodedToJson(decoded: Decoded): unknown {
  if (decoded.kind === 'value') return toJson(decoded.value)
  return decoded.kind === 'string' ? decoded.string : { base64: Buffer.from(decoded.bytes).toString('base64') }
}

/**
 * Dates as ISO strings, maps as pairs, sets as lists, big integers and values that JSON does not have as strings. An object that
 * the value has at several places is written at each of them. If that would not end, as in a graph, it is written once, and
 * elsewhere as the first path to it.
 */
export function toJson(value: unknown): unknown {
  const isGraph = repeatsTooOften(value, MAX_REPEATS)
  return partToJson(value, [], '$', isGraph ? new Map() : undefined)
}

/** @param firstPaths where each object was written. `undefined`: it is written everywhere. */
function partToJson(
  value: unknown,
  above: readonly object[],
  path: string,
  firstPaths: Map<object, string> | undefined,
): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (above.includes(value)) return '[circular]'
  const first = firstPaths?.get(value)
  if (first !== undefined) return `[as ${first}]`
  firstPaths?.set(value, path)
  const within = [...above, value]
  const below = (part: unknown, name: string | number) =>
    partToJson(part, within, firstPaths ? formatPath(path, name) : '', firstPaths)
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
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, below(part, name)]))
}

/** As in the path of a PickleError. */
function formatPath(before: string, name: string | number): string {
  return /^[A-Za-z_$][\w$]*$/.test(String(name)) ? `${before}.${name}` : `${before}[${JSON.stringify(name)}]`
}

/** A payload in JSON, without loss. */
export function payloadToJson(payload: string | Uint8Array): string | { readonly base64: string } {
  return typeof payload === 'string' ? payload : { base64: Buffer.from(payload).toString('base64') }
}
