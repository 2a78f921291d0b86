import { createHash } from 'node:crypto'
import { endianness } from 'node:os'

/** Up to this length, bytes are written out. Longer ones are hashed, so that large data does not make a large key. */
const WRITTEN_OUT = 96
const HERE = endianness()

/** Bytes as base64url, or as `sha256:` and their digest. No base64url begins with `sha256:`. */
export function encodeBytes(bytes: Buffer): string {
  if (bytes.length <= WRITTEN_OUT) return bytes.toString('base64url')
  return `sha256:${createHash('sha256').update(bytes).digest('base64url')}`
}

/** The bytes of elements of `size` bytes each in little-endian order. May return the same Buffer. */
export function littleEndian(bytes: Buffer, size: number, order: 'LE' | 'BE' = HERE): Buffer {
  if (order === 'LE' || size === 1) return bytes
  const copy = Buffer.from(bytes)
  if (size === 2) return copy.swap16()
  return size === 4 ? copy.swap32() : copy.swap64()
}
