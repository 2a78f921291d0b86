import { createHash } from 'node:crypto'
import { isWellFormed } from '@persist/store/kit'

/** PostgreSQL and MySQL hold keys of 255 characters, Keyv's own prefix among them. */
const LONGEST_NAMESPACE = 80
const LONGEST_HASH = 120

/**
 * The key of an entry: ASCII, without `:`, which Keyv takes for the end of its own prefix. A long part, or one with
 * half a character, is kept as a digest; the record itself says to which entry it belongs.
 *
 * @example
 * ```ts
 * keyOf('double', 'wXS1bv')          // 'double/wXS1bv'
 * keyOf('Class:method', '漢')        // 'Class%3Amethod/%E6%BC%A2'
 * ```
 */
export function keyOf(namespace: string, hash: string): string {
  return keysOf(namespace)(hash)
}

/** Gives the keys of a namespace. */
export function keysOf(namespace: string): (hash: string) => string {
  const start = `${namespacePart(namespace)}/`
  return (hash) => start + part(hash, LONGEST_HASH)
}

function namespacePart(namespace: string): string {
  return part(namespace, LONGEST_NAMESPACE)
}

function part(string: string, longest: number): string {
  const readable = string.length <= longest && isWellFormed(string) ? encodeURIComponent(string) : undefined
  if (readable !== undefined && readable.length <= longest) return readable
  // No encoded string begins so.
  return `%${createHash('sha256').update(string, 'utf16le').digest('base64url')}`
}
