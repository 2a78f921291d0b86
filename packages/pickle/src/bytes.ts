import { bytesToString, endianness, MAX_STRING_LENGTH, viewOf, writeBase64 } from '@persist/platform'

/** Why a value cannot become a string, and what to do. */
export const TOO_LONG = `its pickle would be longer than the longest string, which has ${MAX_STRING_LENGTH} characters: use the pickle of @persist/pickle/v8, which writes bytes`

/** The bytes in little-endian order, on a machine of either order: those of the view itself, or a copy. */
export function littleEndian(view: NodeJS.ArrayBufferView, elementSize: number, order = endianness()): Uint8Array {
  const bytes = viewOf(view.buffer, view.byteOffset, view.byteLength)
  return order === 'LE' || elementSize === 1 ? bytes : swapped(new Uint8Array(bytes), elementSize)
}

/** Brings little-endian bytes into this machine's order, in place. */
export function inNativeOrder<T extends Uint8Array>(bytes: T, elementSize: number, order = endianness()): T {
  if (order !== 'LE') swapped(bytes, elementSize)
  return bytes
}

/** Base64 of the bytes in little-endian order, on a machine of either order. */
export function toBase64(view: NodeJS.ArrayBufferView, elementSize: number, order = endianness()): string {
  if (Math.ceil(view.byteLength / 3) * 4 > MAX_STRING_LENGTH) throw new RangeError(TOO_LONG)
  return bytesToString(littleEndian(view, elementSize, order), 'base64')
}

/** The bytes, in a new buffer and in this machine's order. Throws if the string is not base64. */
export function fromBase64(base64: unknown, elementSize: number, order = endianness()): ArrayBuffer {
  if (typeof base64 !== 'string' || base64.length % 4 !== 0) throw new TypeError('not base64')
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((base64.length / 4) * 3 - padding)
  // Invalid characters are skipped, and then there are fewer bytes.
  if (writeBase64(bytes, base64) !== bytes.length) throw new TypeError('not base64')
  if (bytes.length % elementSize !== 0) throw new RangeError(`not a multiple of ${elementSize} bytes`)
  return inNativeOrder(bytes, elementSize, order).buffer
}

function swapped(bytes: Uint8Array, elementSize: number): Uint8Array {
  for (let at = 0; at < bytes.length; at += elementSize) bytes.subarray(at, at + elementSize).reverse()
  return bytes
}
