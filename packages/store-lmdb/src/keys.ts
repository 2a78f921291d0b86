import { createHash } from 'node:crypto'
import { HashError } from '@persist/errors'

/** Neither byte occurs in UTF-8, so that no namespace and no hash can contain or imitate them. */
const END = 0xff
const DIGEST = 0xfe

/** LMDB's pages of 4,096 bytes hold keys of up to 1,978: a namespace, a byte between, a hash. */
const LONGEST_NAMESPACE = 400
const LONGEST_HASH = 1_500

/** Half a character: UTF-8 has none, and would make all of them one. */
const LONE_SURROGATE = /\p{Surrogate}/u

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
  const readable = !LONE_SURROGATE.test(namespace) && Buffer.byteLength(namespace) <= LONGEST_NAMESPACE
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

/** The hash that a key of the namespace ends with. */
export function hashOf(prefix: Buffer, key: Buffer): string {
  return key.toString('utf8', prefix.length)
}

/** The prefix that a key begins with. */
export function prefixIn(key: Buffer): Buffer {
  return key.subarray(0, key.indexOf(END) + 1)
}

/** The namespace's name, unless only its digest is kept. */
export function namespaceOf(prefix: Buffer): string | undefined {
  return prefix[0] === DIGEST ? undefined : prefix.toString('utf8', 0, prefix.length - 1)
}

/** What comes after the last key of a namespace. */
export function endOf(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.of(END)])
}

/** What comes right after a key. */
export function after(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)])
}

/** Throws `HashError` for a hash that cannot name an entry. */
export function checkHash(hash: string): void {
  if (LONE_SURROGATE.test(hash)) throw new HashError('a hash must be well-formed Unicode here', hash)
  if (Buffer.byteLength(hash) > LONGEST_HASH) {
    throw new HashError(`a hash may have ${LONGEST_HASH} bytes here, and this one has more`, hash)
  }
}
