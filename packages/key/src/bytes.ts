import { bytesToString, endianness, sha256 } from '@persist/platform'

/** Up to this length, bytes are written out. Longer ones are hashed, so that large data does not make a large key. */
const WRITTEN_OUT = 96
const HERE = endianness()

/** Bytes as base64url, or as `sha256:` and their digest. No base64url begins with `sha256:`. */
export function encodeBytes(bytes: Uint8Array): string {
  if (bytes.length <= WRITTEN_OUT) return bytesToString(bytes, 'base64url')
  return `sha256:${sha256(bytes, 'base64url')}`
}

/** The bytes of elements of `size` bytes each in little-endian order. May return the same array. */
export function littleEndian(bytes: Uint8Array, size: number, order: 'LE' | 'BE' = HERE): Uint8Array {
  if (order === 'LE' || size === 1) return bytes
  const copy = new Uint8Array(bytes)
  for (let at = 0; at < copy.length; at += size) copy.subarray(at, at + size).reverse()
  return copy
}
