import { constants } from 'node:buffer'
import { endianness } from 'node:os'

/** Why a value cannot become a string, and what to do. */
export const TOO_LONG = `its pickle would be longer than the longest string, which has ${constants.MAX_STRING_LENGTH} characters: use the pickle of @persist/pickle/v8, which writes bytes`

/** The bytes in little-endian order, on a machine of either order: those of the view itself, or a copy. */
export function littleEndian(view: NodeJS.ArrayBufferView, elementSize: number, order = endianness()): Buffer {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  return order === 'LE' || elementSize === 1 ? bytes : swapped(Buffer.from(bytes), elementSize)
}

/** Brings little-endian bytes into this machine's order, in place. */
export function inNativeOrder<T extends Uint8Array>(bytes: T, elementSize: number, order = endianness()): T {
  if (order !== 'LE') swapped(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), elementSize)
  return bytes
}

/** Base64 of the bytes in little-endian order, on a machine of either order. */
export function toBase64(view: NodeJS.ArrayBufferView, elementSize: number, order = endianness()): string {
  if (Math.ceil(view.byteLength / 3) * 4 > constants.MAX_STRING_LENGTH) throw new RangeError(TOO_LONG)
  return littleEndian(view, elementSize, order).toString('base64')
}

/** The bytes, in a new buffer and in this machine's order. Throws if the string is not base64. */
export function fromBase64(base64: unknown, elementSize: number, order = endianness()): ArrayBuffer {
  if (typeof base64 !== 'string' || base64.length % 4 !== 0) throw new TypeError('not base64')
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  const bytes = Buffer.from(new ArrayBuffer((base64.length / 4) * 3 - padding))
  // `write` skips invalid characters and then writes fewer bytes.
  if (bytes.write(base64, 'base64') !== bytes.length) throw new TypeError('not base64')
  if (bytes.length % elementSize !== 0) throw new RangeError(`not a multiple of ${elementSize} bytes`)
  return inNativeOrder(bytes, elementSize, order).buffer as ArrayBuffer
}

function swapped(bytes: Buffer, elementSize: number): Buffer {
  if (elementSize === 2) return bytes.swap16()
  if (elementSize === 4) return bytes.swap32()
  return elementSize === 8 ? bytes.swap64() : bytes
}
