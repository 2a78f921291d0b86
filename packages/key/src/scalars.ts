import { MAX_TEXT } from './limits.ts'
import { refuse } from './refusal.ts'

const SHORT = 64
// What JSON.stringify would leave as it is; testing is faster than asking it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const PLAIN = /^[^"\\\u0000-\u001f\u007f-\uffff]*$/

/** A string as JSON writes it: control characters, quotes and lone surrogates are escaped, so no two look alike. */
export function quoted(text: string): string {
  if (text.length < SHORT && PLAIN.test(text)) return `"${text}"`
  if (text.length > MAX_TEXT) refuseLength()
  return JSON.stringify(text)
}

const labels = new Map<string, string>()
const MOST_LABELS = 1_000

/** A property's name and a colon. Those of the first objects that were seen are kept, for they return. */
export function label(name: string): string {
  const known = labels.get(name)
  if (known !== undefined) return known
  const text = `${quoted(name)}:`
  if (labels.size < MOST_LABELS && name.length < SHORT) labels.set(name, text)
  return text
}

/** A number in its shortest digits that read back the same, which ECMAScript fixes (Number::toString), and `-0`. */
export function digits(number: number): string {
  return number === 0 && 1 / number < 0 ? '-0' : `${number}`
}

let bounds: { readonly least: bigint; readonly greatest: bigint } | undefined

/** A BigInt as its literal. */
export function literal(integer: bigint): string {
  // 2 ** (4 * n) has more than n digits. The digits of a BigInt of many megabytes would take minutes.
  bounds ??= { least: -1n << BigInt(4 * MAX_TEXT), greatest: 1n << BigInt(4 * MAX_TEXT) }
  if (integer < bounds.least || integer > bounds.greatest) refuseLength()
  return `${integer}n`
}

/** Ends the walk of a value whose text would be too long. */
export function refuseLength(): never {
  return refuse(
    `the canonical text would be longer than ${MAX_TEXT} characters: give the option key, or pass large data as bytes (a Buffer or typed array)`,
  )
}
