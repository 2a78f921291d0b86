import { types } from 'node:util'
import { bytesText, littleEndian } from './bytes.ts'
import { type Kind, kind } from './kind.ts'
import { hasOnlyBytes } from './own.ts'

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

/** Without a copy. Throws where the buffer was detached. */
function bytesOf(buffer: ArrayBufferLike, offset: number, length: number): Buffer {
  return Buffer.from(buffer as ArrayBuffer, offset, length)
}

/**
 * A typed array is its class and the bytes of its elements, little-endian; where in which buffer they lie is no part of
 * it. NaNs of different bits differ: a function can read them (R tells a missing number from NaN that way).
 */
function viewKind(name: string, elementBytes: number, classOf: () => ViewClass, insides = name): Kind<never> {
  return kind<NodeJS.TypedArray>(
    name,
    (object) => trueName.call(object) === insides,
    (view, walk) => {
      const length = trueLength.call(view)
      // An empty one may lie outside of a buffer that was resized or transferred; then this throws.
      if (length === 0) TYPED_ARRAY.values.call(view)
      const text = () => bytesText(littleEndian(bytesOf(view.buffer, view.byteOffset, view.byteLength), elementBytes))
      walk.put(`${name}(${length},${walk.once(view, text)})`)
    },
    (view) => {
      const length = trueLength.call(view)
      return hasOnlyBytes(view, length, () => new (classOf())(view.buffer, view.byteOffset, length))
    },
  )
}

/** What the buffers of ES2024 have. */
interface Resizable {
  readonly resizable?: boolean
  readonly growable?: boolean
  readonly maxByteLength?: number
}

function bufferKind(name: string, isReal: (object: object) => boolean): Kind<never> {
  return kind<ArrayBufferLike>(name, isReal, (buffer, walk) => {
    const { resizable = false, growable = false, maxByteLength } = buffer as Resizable
    const room = resizable || growable ? `,${maxByteLength}` : ''
    const text = () => bytesText(bytesOf(buffer, 0, buffer.byteLength))
    walk.put(`${name}(${buffer.byteLength},${walk.once(buffer, text)}${room})`)
  })
}

/** Typed arrays, buffers and DataView. */
export const BINARY_KINDS: readonly Kind<never>[] = [
  bufferKind('ArrayBuffer', types.isArrayBuffer),
  bufferKind('SharedArrayBuffer', types.isSharedArrayBuffer),
  kind<DataView>('DataView', types.isDataView, (view, walk) => {
    const text = () => bytesText(bytesOf(view.buffer, view.byteOffset, view.byteLength))
    walk.put(`DataView(${view.byteLength},${walk.once(view, text)})`)
  }),
  ...Object.entries(ELEMENT_BYTES).map(([name, size]) =>
    viewKind(name, size, () => (globalThis as unknown as Record<string, ViewClass>)[name]!),
  ),
]

/** Node's own, a Uint8Array inside. */
export const BUFFER = viewKind('Buffer', 1, () => bytesOf as unknown as ViewClass, 'Uint8Array')
