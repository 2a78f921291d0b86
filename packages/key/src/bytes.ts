import { createHash } from 'node:crypto'
import { endianness } from 'node:os'

const PROTOTYPES = new Map<object, string>(
  [
    ArrayBuffer,
    SharedArrayBuffer,
    DataView,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    Buffer,
  ].map((one) => [one.prototype as object, one.name]),
)
/** Longer ones are hashed into the text. */
const MOST_PRINTED = 96
const SWAPS = { 2: 'swap16', 4: 'swap32', 8: 'swap64' } as const

/** The name of a built-in view or buffer; `undefined` for a subclass. */
export function viewName(value: ArrayBufferLike | ArrayBufferView): string | undefined {
  return PROTOTYPES.get(Object.getPrototypeOf(value) as object)
}

/** Length and bytes, little-endian on every platform. */
export function bytesText(value: ArrayBufferLike | ArrayBufferView): string {
  const bytes = littleEndian(value)
  const text =
    bytes.length <= MOST_PRINTED
      ? bytes.toString('base64')
      : `sha256:${createHash('sha256').update(bytes).digest('base64')}`
  return `${bytes.length},${text}`
}

function littleEndian(value: ArrayBufferLike | ArrayBufferView): Buffer {
  const bytes = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value)
  const size = 'BYTES_PER_ELEMENT' in value ? (value.BYTES_PER_ELEMENT as number) : 1
  if (endianness() === 'LE' || size === 1) return bytes
  return Buffer.from(bytes)[SWAPS[size as 2 | 4 | 8]]()
}
