import { constants } from 'node:buffer'
import { endianness } from 'node:os'

/** Why a value has no text, and what to do. */
export const TOO_LONG = `its text would be longer than the longest string, which has ${constants.MAX_STRING_LENGTH} characters: use the pickle of @persist/pickle/v8, which writes bytes`

/** Base64 of bytes in little-endian order, whatever this machine's order is. */
export function toBase64(view: NodeJS.ArrayBufferView, elementSize: number, order = endianness()): string {
  if (Math.ceil(view.byteLength / 3) * 4 > constants.MAX_STRING_LENGTH) throw new RangeError(TOO_LONG)
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  return (order === 'LE' ? bytes : swapped(Buffer.from(bytes), elementSize)).toString('base64')
}

/** The bytes, in a buffer of their own and in this machine's order. Throws for text that is not base64. */
export function fromBase64(text: unknown, elementSize: number, order = endianness()): ArrayBuffer {
  if (typeof text !== 'string' || text.length % 4 !== 0) throw new TypeError('not base64')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = Buffer.from(new ArrayBuffer((text.length / 4) * 3 - padding))
  // `write` skips what is not base64, and so comes out short.
  if (bytes.write(text, 'base64') !== bytes.length) throw new TypeError('not base64')
  if (bytes.length % elementSize !== 0) throw new RangeError(`not a multiple of ${elementSize} bytes`)
  if (order !== 'LE') swapped(bytes, elementSize)
  return bytes.buffer as ArrayBuffer
}

function swapped(bytes: Buffer, elementSize: number): Buffer {
  if (elementSize === 2) return bytes.swap16()
  if (elementSize === 4) return bytes.swap32()
  return elementSize === 8 ? bytes.swap64() : bytes
}
