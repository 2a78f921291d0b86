import { createHash } from 'node:crypto'
import { HashError } from '@persist/errors'

const LONGEST_NAMESPACE = 256
const LONGEST_HASH = 512
const KEPT_OF_LONG_NAMESPACE = 160
const STEP_DIGITS = 15
const STEP_NUMBER = new RegExp(`^\\d{${STEP_DIGITS}}$`)

/**
 * The `_id`s of one namespace. The namespace is escaped so that it holds no `:` and every `%` in it starts an escape;
 * what follows `%` below is no escape, so nothing here meets another namespace.
 *
 * ```
 * double:wXS1bv…               the entry (and lease) of the hash
 * double%chunks:<gen>:00003    a piece of a large payload
 * double%maintenance                when the namespace was last tidied
 * double%tags:000000000000007  a deletion by tag, the seventh that is remembered
 * Class%3Amethod:…             the namespace "Class:method"
 * ```
 */
export interface Ids {
  entry(hash: string): string
  hashOf(id: string): string
  /** All entries lie from `first` (included) to `end` (excluded), in the order of bytes. */
  readonly first: string
  readonly end: string
  chunk(gen: string, index: number): string
  /** All chunks of the namespace, or of one generation in it. */
  chunks(gen?: string): Range
  readonly maintenance: string
  /** The log of deletions by tag: all of it, a step by its number, and the number of a step (`NaN`: it has none). */
  readonly steps: Range
  step(number: number): string
  numberIn(id: string): number
  /** What stands for a tag there. */
  digestOf(tag: string): string
}

/** Ids from `first` (included) to `end` (excluded), in the order of bytes. */
export interface Range {
  readonly first: string
  readonly end: string
}

/** The ids of a namespace, which may be any text. */
export function idsOf(namespace: string): Ids {
  const name = shortened(escaped(assertString(namespace, 'a namespace')))
  const first = `${name}:`
  const steps = `${name}%tags:`
  return {
    first,
    end: `${name};`,
    entry: (hash) => first + assertString(hash, 'a hash'),
    hashOf: (id) => id.slice(first.length),
    chunk: (gen, index) => `${name}%chunks:${gen}:${String(index).padStart(5, '0')}`,
    chunks: (gen) =>
      gen === undefined
        ? { first: `${name}%chunks:`, end: `${name}%chunks;` }
        : { first: `${name}%chunks:${gen}:`, end: `${name}%chunks:${gen};` },
    maintenance: `${name}%maintenance`,
    steps: { first: steps, end: `${name}%tags;` },
    step: (number) => steps + String(number).padStart(STEP_DIGITS, '0'),
    numberIn: (id) => (STEP_NUMBER.test(id.slice(steps.length)) ? Number(id.slice(steps.length)) : Number.NaN),
    digestOf,
  }
}

/** What an `_id` says of its namespace, and where the ids that say the same end. */
export interface IdOwner {
  /** `undefined`: too long to be kept as it is. */
  readonly namespace: string | undefined
  /** `false`: an id of a chunk, or of what is noted about the namespace. */
  readonly isEntry: boolean
  readonly end: string
}

/** Reads an `_id`; `undefined` if it is not one of ours. */
export function ownerOf(id: string): IdOwner | undefined {
  const [, name, separator] = /^(.*?)(:|%chunks:|%tags:|%maintenance$)/s.exec(id) ?? []
  if (name === undefined) return undefined
  const isEntry = separator === ':'
  const end = separator === '%maintenance' ? `${id}\0` : `${name}${separator!.slice(0, -1)};`
  return { namespace: name.includes('%~') ? undefined : unescaped(name), isEntry, end }
}

/**
 * Throws for a hash that cannot be part of an `_id` everywhere: lone surrogates would become one and the same letter,
 * and some servers refuse index keys of more than 1,024 bytes.
 */
export function checkHash(hash: string): void {
  assertString(hash, 'a hash')
  const bytes = Buffer.byteLength(hash)
  if (bytes === 0) throw new HashError('the hash is empty', hash)
  if (bytes > LONGEST_HASH) throw new HashError(`the hash has ${bytes} bytes, more than ${LONGEST_HASH}`, hash)
  if (/\p{Surrogate}/u.test(hash))
    throw new HashError('the hash is not well-formed Unicode: it has half a letter', hash)
}

/** Of the text's own units, so that halves of surrogate pairs stay different. */
function digestOf(tag: string): string {
  return createHash('sha256').update(assertString(tag, 'a tag'), 'utf16le').digest('base64url').slice(0, 22)
}

/** What comes from outside must never reach a filter as an object: `{"$ne":null}` would match everything. */
export function assertString(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new TypeError(`${what} must be a string, not ${typeof value}`)
  return value
}

function escaped(namespace: string): string {
  return namespace.replace(/[%:\0]|\p{Surrogate}/gu, (letter) =>
    letter.charCodeAt(0) > 0xff
      ? `%u${letter.charCodeAt(0).toString(16)}`
      : `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function unescaped(name: string): string {
  return name.replace(/%u([0-9a-f]{4})|%([0-9A-F]{2})/g, (_, wide, narrow) =>
    String.fromCharCode(Number.parseInt(wide ?? narrow, 16)),
  )
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAMESPACE) return name
  // Not in the middle of an escape or of a letter: the kept part is only there to be recognized.
  const kept = Buffer.from(name)
    .subarray(0, KEPT_OF_LONG_NAMESPACE)
    .toString()
    .replace(/[%\ufffd].{0,5}$/u, '')
  return `${kept}%~${createHash('sha256').update(name).digest('base64url')}`
}
