import { createHash } from 'node:crypto'

/** PostgreSQL and MySQL hold keys of 255 characters, Keyv's own prefix among them. */
const LONGEST_NAMESPACE = 80
const LONGEST_HASH = 120

/**
 * The key of an entry: ASCII, without `:`, which Keyv takes for the end of its own prefix. What is long, or half a
 * character, is there as a digest: so the record itself says whose it is.
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

/** Whether there is no half of a character in it, which no encoding of text can carry. */
export function isWellFormed(text: string): boolean {
  // Newer than the library that the types are of.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

function namespacePart(namespace: string): string {
  return part(namespace, LONGEST_NAMESPACE)
}

function part(text: string, longest: number): string {
  const readable = text.length <= longest && isWellFormed(text) ? encodeURIComponent(text) : undefined
  if (readable !== undefined && readable.length <= longest) return readable
  // No encoded text begins so.
  return `%${createHash('sha256').update(text, 'utf16le').digest('base64url')}`
}
