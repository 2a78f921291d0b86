import { sha256 } from '@persist/platform'
import type { KeyDifference } from './nearest-head.ts'

/** One part of a key, as its canonical string has it. */
interface KeyPart {
  readonly path: string
  readonly text: string
}

/** The parts of one argument: itself, or the properties of a plain object. */
interface KeyArgument {
  readonly path: string
  readonly isObject: boolean
  readonly parts: readonly KeyPart[]
}

/** More arguments, or more properties of one argument, are not compared one by one. */
const MOST_PARTS = 32
const DIGEST_LENGTH = 5
/** From this length on, SHA-256 is faster than a loop over the characters. */
const LONG = 200

/**
 * Short digests of the parts of a key, from which a later process finds what differs from its own key without knowing the
 * stored one: one for each argument, for a plain object one for each property. `undefined` for a key of one part, of which a
 * digest shows nothing.
 *
 * @example
 * ```ts
 * keyPartsOf('1:["small",{"temperature":0.2,"top":1}]')?.length   // 19: three digests of five characters
 * ```
 */
export function keyPartsOf(canonicalKey: string): string | undefined {
  const found = argumentsIn(canonicalKey)
  const count = found?.reduce((sum, { parts }) => sum + parts.length, 0) ?? 0
  if (found === undefined || count < 2 || count > 2 * MOST_PARTS) return undefined
  return found.map(digestsOf).join('.')
}

/**
 * The paths at which a key differs from a stored one, which is known by its {@link keyPartsOf}; `undefined` if the two have
 * too little in common.
 *
 * @example
 * ```ts
 * differingParts('1:[1,{"a":2,"b":3}]', keyPartsOf('1:[1,{"a":2,"b":4}]')!)   // { differs: ['$[1].b'], equal: 2 }
 * ```
 */
export function differingParts(canonicalKey: string, stored: string): KeyDifference | undefined {
  const own = argumentsIn(canonicalKey)
  if (own === undefined) return undefined
  const others = stored.split('.')
  const differs: string[] = []
  let equal = 0
  for (const [index, argument] of own.entries()) {
    const digests = new Set(others[index]?.replace(/[{}]/g, '').split(',') ?? [])
    const size = digests.size
    const changed = argument.parts.filter(({ text }) => !digests.delete(digest(text)))
    equal += size - digests.size
    if (!argument.isObject || !others[index]?.startsWith('{')) {
      if (changed.length > 0 || digests.size > 0) differs.push(argument.path)
    } else {
      differs.push(...changed.map(({ path }) => path))
      // The names of the stored properties are not known.
      if (digests.size > changed.length) differs.push(`${argument.path} (fewer properties)`)
    }
  }
  if (others.length > own.length) differs.push('$ (fewer arguments)')
  return equal === 0 || differs.length === 0 ? undefined : { differs, equal }
}

function digestsOf({ isObject, parts }: KeyArgument): string {
  const digests = parts.map(({ text }) => digest(text))
  return isObject ? `{${digests.join(',')}}` : digests[0]!
}

function argumentsIn(canonicalKey: string): KeyArgument[] | undefined {
  const start = canonicalKey.indexOf(':') + 1
  if (canonicalKey.charCodeAt(start) !== 0x5b) return [argumentAt('$', canonicalKey.slice(start))]
  const elements = split(canonicalKey, start)
  return elements?.map((text, index) => argumentAt(`$[${index}]`, text))
}

function argumentAt(path: string, text: string): KeyArgument {
  const properties = text.charCodeAt(0) === 0x7b ? split(text, 0) : undefined
  if (properties === undefined || properties.length === 0) return { path, isObject: false, parts: [{ path, text }] }
  return { path, isObject: true, parts: properties.map((part) => ({ path: path + memberOf(part), text: part })) }
}

const NAME = /^[A-Za-z_$][\w$]*$/

function memberOf(property: string): string {
  const label = property.slice(0, endOfString(property, 0))
  const name = label.slice(1, -1)
  return NAME.test(name) ? `.${name}` : `[${label}]`
}

/** The parts of a canonical array or object, which begins at `start`; `undefined` if there are too many. */
function split(canonical: string, start: number): string[] | undefined {
  const parts: string[] = []
  let depth = 0
  let from = start + 1
  for (let at = from; at < canonical.length; at++) {
    switch (canonical.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(canonical, at) - 1
        break
      case 0x28: // (
      case 0x5b: // [
      case 0x7b: // {
        depth++
        break
      case 0x29: // )
      case 0x5d: // ]
      case 0x7d: // }
        if (depth-- > 0) break
        if (at > from) parts.push(canonical.slice(from, at))
        return parts
      case 0x2c: // ,
        if (depth > 0) break
        parts.push(canonical.slice(from, at))
        if (parts.length >= MOST_PARTS) return undefined
        from = at + 1
    }
  }
  return parts
}

/** The position after the string that begins at `start`. */
function endOfString(canonical: string, start: number): number {
  let at = start
  let escapes: number
  do {
    at = canonical.indexOf('"', at + 1)
    if (at === -1) return canonical.length
    escapes = 0
    while (canonical.charCodeAt(at - 1 - escapes) === 0x5c) escapes++
  } while (escapes % 2 === 1)
  return at + 1
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** FNV-1a with a final mix, or SHA-256 of a long string. Only compared with digests of the same function. */
function digest(text: string): string {
  if (text.length >= LONG) return sha256(text, 'base64url').slice(0, DIGEST_LENGTH)
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  let digits = ''
  for (let i = 0; i < DIGEST_LENGTH; i++) digits += DIGITS[(hash >>> (6 * i)) & 63]
  return digits
}
