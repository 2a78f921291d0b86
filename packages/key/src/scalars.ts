import { MAX_LENGTH } from './limits.ts'
import { refuse } from './refusal.ts'

const SHORT = 64
// JSON.stringify would not escape anything in such a string. This test is faster.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const PLAIN = /^[^"\\\u0000-\u001f\u007f-\uffff]*$/

/** A string as JSON: control characters, quotes and lone surrogates are escaped, so no two strings look alike. */
export function quoted(string: string): string {
  if (string.length < SHORT && PLAIN.test(string)) return `"${string}"`
  if (string.length > MAX_LENGTH) refuseLength()
  return JSON.stringify(string)
}

const labels = new Map<string, string>()
const MOST_LABELS = 1_000

/** A property's name and a colon. The labels of the first objects are kept, because they occur again. */
export function label(name: string): string {
  const known = labels.get(name)
  if (known !== undefined) return known
  const made = `${quoted(name)}:`
  if (labels.size < MOST_LABELS && name.length < SHORT) labels.set(name, made)
  return made
}

/** A number in the shortest digits that read back the same, as ECMAScript specifies (Number::toString), or `-0`. */
export function digits(number: number): string {
  return number === 0 && 1 / number < 0 ? '-0' : `${number}`
}

let bounds: { readonly least: bigint; readonly greatest: bigint } | undefined

/** A BigInt as its literal. */
export function literal(integer: bigint): string {
  // 2 ** (4 * n) has more than n digits. Printing a BigInt of many megabytes would take minutes.
  bounds ??= { least: -1n << BigInt(4 * MAX_LENGTH), greatest: 1n << BigInt(4 * MAX_LENGTH) }
  if (integer < bounds.least || integer > bounds.greatest) refuseLength()
  return `${integer}n`
}

/** Refuses a value whose canonical string would be too long. */
export function refuseLength(): never {
  return refuse(
    `the canonical string would be longer than ${MAX_LENGTH} characters: give the option key, or pass large data as bytes (a Buffer or typed array)`,
  )
}
