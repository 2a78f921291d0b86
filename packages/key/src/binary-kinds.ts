import { BufferClass, types, viewOf } from '@persist/platform'
import { encodeBytes, littleEndian } from './bytes.ts'
import { type Kind, kind } from './kind.ts'
import { hasOnlyBytes } from './own-properties.ts'

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype)
const trueName: () => string | undefined = Object.getOwnPropertyDescriptor(TYPED_ARRAY, Symbol.toStringTag)!.get!
const trueLength: () => number = Object.getOwnPropertyDescriptor(TYPED_ARRAY, 'length')!.get!

const ELEMENT_BYTES = {
  Int8Array: 1,
  Uint8Array: 1,
  Uint8ClampedArray: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Float16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
  Float64Array: 8,
  BigInt64Array: 8,
  BigUint64Array: 8,
}

type ViewClass = new (buffer: ArrayBufferLike, offset: number, length: number) => NodeJS.TypedArray

/**
 * The kind of a typed array: its class and the bytes of its elements, little-endian. The buffer and the offset do not
 * count. NaNs with different bits differ, because a function can read the bits (R marks missing numbers in this way).
 */
function viewKind(name: string, elementBytes: number, classOf: () => ViewClass, trueClass = name): Kind<never> {
  return kind<NodeJS.TypedArray>(
    name,
    (object) => trueName.call(object) === trueClass,
    (view, walk) => {
      const length = trueLength.call(view)
      // An empty view may be out of the bounds of a resized or transferred buffer. This throws then.
      if (length === 0) TYPED_ARRAY.values.call(view)
      const encode = () =>
        encodeBytes(littleEndian(viewOf(view.buffer, view.byteOffset, view.byteLength), elementBytes))
      walk.put(`${name}(${length},${walk.once(view, encode)})`)
    },
    (view) => {
      const length = trueLength.call(view)
      return hasOnlyBytes(view, length, () => new (classOf())(view.buffer, view.byteOffset, length))
    },
  )
}

/** The properties of buffers in ES2024. */
interface Resizable {
  readonly resizable?: boolean
  readonly growable?: boolean
  readonly maxByteLength?: number
}

function bufferKind(name: string, isReal: (object: object) => boolean): Kind<never> {
  return kind<ArrayBufferLike>(name, isReal, (buffer, walk) => {
    const { resizable = false, growable = false, maxByteLength } = buffer as Resizable
    const room = resizable || growable ? `,${maxByteLength}` : ''
    const encode = () => encodeBytes(viewOf(buffer, 0, buffer.byteLength))
    walk.put(`${name}(${buffer.byteLength},${walk.once(buffer, encode)}${room})`)
  })
}

/** Typed arrays, buffers and DataView. */
export const BINARY_KINDS: readonly Kind<never>[] = [
  bufferKind('ArrayBuffer', types.isArrayBuffer),
  bufferKind('SharedArrayBuffer', types.isSharedArrayBuffer),
  kind<DataView>('DataView', types.isDataView, (view, walk) => {
    const encode = () => encodeBytes(viewOf(view.buffer, view.byteOffset, view.byteLength))
    walk.put(`DataView(${view.byteLength},${walk.once(view, encode)})`)
  }),
  ...Object.entries(ELEMENT_BYTES).map(([name, size]) =>
    viewKind(name, size, () => (globalThis as unknown as Record<string, ViewClass>)[name]!),
  ),
]

/** The kind of Node's Buffer, which is a Uint8Array. */
export const BUFFER = viewKind('Buffer', 1, () => viewOfBuffer as unknown as ViewClass, 'Uint8Array')

function viewOfBuffer(buffer: ArrayBuffer, offset: number, length: number): Buffer {
  return BufferClass!.from(buffer, offset, length)
}
