import { BufferClass, types } from '@persist/platform'
import { type BuiltInType, type ByteRange, isBare } from './built-in-type.ts'
import { fromBase64, toBase64 } from './bytes.ts'
import { hasOnlyBytes } from './own-properties.ts'
import { Part } from './parts.ts'
import { Tagged } from './tagged.ts'

/** The types that hold bytes. With `binary`, most of them stay as they are: the engine's serializer can write them. */
export const BINARY_TYPES: readonly BuiltInType[] = [
  {
    name: 'ArrayBuffer',
    prototype: ArrayBuffer.prototype,
    encode(value, binary) {
      const buffer = value as ArrayBuffer
      if (!types.isArrayBuffer(value)) throw new TypeError('not an ArrayBuffer')
      refuseResizable(buffer)
      // This throws for a detached buffer.
      const view = new Uint8Array(buffer)
      if (!isBare(value)) return undefined
      return binary ? buffer : new Part('ArrayBuffer', view, 1)
    },
    elementSize: 1,
    revive: (payload, bytes) => bytes ?? fromBase64(payload, 1),
    byteRange: (value) => ({ buffer: value, start: 0, end: (value as ArrayBuffer).byteLength }),
  },
  {
    name: 'DataView',
    prototype: DataView.prototype,
    encode(value, binary) {
      const view = value as DataView<ArrayBuffer>
      refuseResizable(view.buffer)
      if (!isBare(value)) return undefined
      return binary ? view : new Part('DataView', view, 1)
    },
    elementSize: 1,
    revive: (payload, bytes) => new DataView(bytes ?? fromBase64(payload, 1)),
    byteRange: rangeOfView,
  },
  {
    name: 'Buffer',
    prototype: BufferClass?.prototype,
    encode(value, binary) {
      const buffer = value as Buffer<ArrayBuffer>
      expectTyped(buffer, 'Uint8Array')
      if (!hasOnlyBytes(buffer, () => BufferClass!.from(buffer.buffer, buffer.byteOffset, buffer.length)))
        return undefined
      return binary ? buffer : new Part('Buffer', buffer, 1)
    },
    elementSize: 1,
    revive(payload, bytes) {
      if (BufferClass === undefined) throw new TypeError('this runtime has no Buffer')
      return BufferClass.from(bytes ?? fromBase64(payload, 1))
    },
    byteRange: rangeOfView,
  },
  ...[
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
  ].map(typedArray),
  float16Array(),
]

interface TypedArrayClass {
  readonly name: string
  readonly prototype: object
  readonly BYTES_PER_ELEMENT: number
  new (
    buffer: ArrayBuffer,
    byteOffset?: number,
    length?: number,
  ): Exclude<NodeJS.ArrayBufferView<ArrayBuffer>, DataView>
}

function typedArray(type: TypedArrayClass): BuiltInType {
  const { name, BYTES_PER_ELEMENT } = type
  return {
    name,
    prototype: type.prototype,
    encode(value, binary) {
      const view = value as InstanceType<TypedArrayClass>
      expectTyped(view, name)
      if (!hasOnlyBytes(view, () => new type(view.buffer, view.byteOffset, view.length))) return undefined
      return binary ? view : new Part(name, view, BYTES_PER_ELEMENT)
    },
    elementSize: BYTES_PER_ELEMENT,
    revive: (payload, bytes) => new type(bytes ?? fromBase64(payload, BYTES_PER_ELEMENT)),
    byteRange: rangeOfView,
  }
}

/** Has no prototype if the runtime lacks the type. Not every V8 can write it, so its bytes are always tagged. */
function float16Array(): BuiltInType {
  const name = 'Float16Array'
  const type = (globalThis as unknown as Record<string, TypedArrayClass | undefined>)[name]
  if (type !== undefined) {
    const { encode, revive, ...builtIn } = typedArray(type)
    return {
      ...builtIn,
      encode(value, binary) {
        const part = encode(value, false) as Part | undefined
        return binary && part !== undefined ? new Tagged(name, toBase64(part.view, 2)) : part
      },
      revive,
    }
  }
  const revive = () => {
    throw new TypeError(`this runtime has no ${name}`)
  }
  return { name, prototype: undefined, encode: () => undefined, revive }
}

const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get

function expectTyped(view: NodeJS.ArrayBufferView, name: string): void {
  if (typedArrayName?.call(view) !== name) throw new TypeError(`not a ${name}`)
  refuseResizable(view.buffer)
}

function refuseResizable(buffer: ArrayBufferLike): void {
  if (types.isSharedArrayBuffer(buffer)) throw new TypeError('its memory is shared between threads')
  if ((buffer as { resizable?: boolean }).resizable === true) throw new TypeError('its memory can be resized')
}

function rangeOfView(value: object): ByteRange {
  const { buffer, byteOffset, byteLength } = value as NodeJS.ArrayBufferView
  return { buffer, start: byteOffset, end: byteOffset + byteLength }
}
