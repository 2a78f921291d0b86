import { createHash } from 'node:crypto'
import { HashError } from '@persist/errors'
import { isWellFormed } from '@persist/store/kit'

/** Neither byte occurs in UTF-8, so that no namespace and no hash can contain or imitate them. */
const END = 0xff
const DIGEST = 0xfe
/** How long a digest of a namespace is. */
const DIGEST_BYTES = 32

/** LMDB's pages of 4,096 bytes hold keys of up to 1,978: a namespace, a byte between, a hash. */
const LONGEST_NAMESPACE = 400
const LONGEST_HASH = 1_500

/** Letters below it are one byte in UTF-8, which is their number. */
const ASCII_END = 0x80

/** A character takes at most so many bytes in UTF-8, for each of its units in UTF-16. */
const BYTES_PER_UNIT = 3

/**
 * How the keys of a namespace begin: its name in UTF-8, or a digest of a name that is long or no Unicode, and a byte
 * that ends it.
 *
 * @example
 * ```ts
 * keyOf(prefixOf('double'), 'wXS1bv')   // the bytes of 'double', 0xff, the bytes of 'wXS1bv'
 * ```
 */
export function prefixOf(namespace: string): Buffer {
  const readable = isWellFormed(namespace) && Buffer.byteLength(namespace) <= LONGEST_NAMESPACE
  return readable
    ? Buffer.concat([Buffer.from(namespace), Buffer.of(END)])
    : Buffer.concat([Buffer.of(DIGEST), createHash('sha256').update(namespace, 'utf16le').digest(), Buffer.of(END)])
}

/** The key of an entry. */
export function keyOf(prefix: Buffer, hash: string): Buffer {
  const key = Buffer.allocUnsafe(prefix.length + Buffer.byteLength(hash))
  key.set(prefix)
  key.write(hash, prefix.length)
  return key
}

/**
 * Gives the keys of a namespace for reading, each until the next: a hit is in a hurry, and a new buffer takes longer than
 * the letters in it. Hashes have a length in common, so there is a view for each length.
 */
export function reusableKeysOf(prefix: Buffer): (hash: string) => Buffer {
  const key = Buffer.alloc(prefix.length + LONGEST_HASH)
  const views: Buffer[] = []
  key.set(prefix)
  return (hash) => {
    let end = prefix.length
    for (let index = 0; index < hash.length; index++) {
      const unit = hash.charCodeAt(index)
      if (unit >= ASCII_END) return key.subarray(0, prefix.length + key.write(hash, prefix.length))
      key[end++] = unit
    }
    views[hash.length] ??= key.subarray(0, end)
    return views[hash.length]!
  }
}

/** The hash that a key of the namespace ends with. */
export function hashOf(prefix: Buffer, key: Buffer): string {
  return key.toString('utf8', prefix.length)
}

/** The prefix that a key begins with. A digest may contain the byte that ends it. */
export function prefixIn(key: Buffer): Buffer {
  return key.subarray(0, key.indexOf(END, key[0] === DIGEST ? 1 + DIGEST_BYTES : 0) + 1)
}

/** The namespace's name, unless only its digest is kept. */
export function namespaceOf(prefix: Buffer): string | undefined {
  return prefix[0] === DIGEST ? undefined : prefix.toString('utf8', 0, prefix.length - 1)
}

/** The bytes after the last key of a namespace. */
export function endOf(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.of(END)])
}

/** The bytes right after a key. */
export function after(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)])
}

/** Throws `HashError` for a hash that cannot name an entry. */
export function checkHash(hash: string): void {
  if (!isWellFormed(hash)) throw new HashError('a hash must be well-formed Unicode here', hash)
  if (hash.length * BYTES_PER_UNIT > LONGEST_HASH && Buffer.byteLength(hash) > LONGEST_HASH) {
    throw new HashError(`a hash may have ${LONGEST_HASH} bytes here, and this one has more`, hash)
  }
}
