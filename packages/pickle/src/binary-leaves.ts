import { types } from 'node:util'
import { fromBase64, toBase64 } from './bytes.ts'
import { isBare, type Leaf, type Window } from './leaf.ts'
import { hasOnlyBytes } from './own.ts'
import { Tagged } from './tagged.ts'

/** The types that show bytes. `binary`: the engine's serializer writes most of them by itself. */
export const BINARY_LEAVES: readonly Leaf[] = [
  {
    name: 'ArrayBuffer',
    prototype: ArrayBuffer.prototype,
    lower(value, binary) {
      const buffer = value as ArrayBuffer
      if (!types.isArrayBuffer(value)) throw new TypeError('not an ArrayBuffer')
      refuseResizable(buffer)
      // Throws for a detached one.
      const view = new Uint8Array(buffer)
      if (!isBare(value)) return undefined
      return binary ? buffer : new Tagged('ArrayBuffer', toBase64(view, 1))
    },
    raise: (payload) => fromBase64(payload, 1),
    window: (value) => ({ onto: value, start: 0, end: (value as ArrayBuffer).byteLength }),
  },
  {
    name: 'DataView',
    prototype: DataView.prototype,
    lower(value, binary) {
      const view = value as DataView<ArrayBuffer>
      refuseResizable(view.buffer)
      if (!isBare(value)) return undefined
      return binary ? view : new Tagged('DataView', toBase64(view, 1))
    },
    raise: (payload) => new DataView(fromBase64(payload, 1)),
    window: windowOfView,
  },
  {
    name: 'Buffer',
    prototype: Buffer.prototype,
    lower(value, binary) {
      const buffer = value as Buffer<ArrayBuffer>
      expectTyped(buffer, 'Uint8Array')
      if (!hasOnlyBytes(buffer, () => Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length))) return undefined
      return binary ? buffer : new Tagged('Buffer', toBase64(buffer, 1))
    },
    raise: (payload) => Buffer.from(fromBase64(payload, 1)),
    window: windowOfView,
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

function typedArray(type: TypedArrayClass): Leaf {
  const { name, BYTES_PER_ELEMENT } = type
  return {
    name,
    prototype: type.prototype,
    lower(value, binary) {
      const view = value as InstanceType<TypedArrayClass>
      expectTyped(view, name)
      if (!hasOnlyBytes(view, () => new type(view.buffer, view.byteOffset, view.length))) return undefined
      return binary ? view : new Tagged(name, toBase64(view, BYTES_PER_ELEMENT))
    },
    raise: (payload) => new type(fromBase64(payload, BYTES_PER_ELEMENT)),
    window: windowOfView,
  }
}

/** Without a type where the runtime has none. V8 cannot write it in all versions, so its bytes go as a buffer. */
function float16Array(): Leaf {
  const name = 'Float16Array'
  const type = (globalThis as unknown as Record<string, TypedArrayClass | undefined>)[name]
  if (type !== undefined) {
    const { lower, raise, ...leaf } = typedArray(type)
    return {
      ...leaf,
      lower: (value) => lower(value, false),
      raise,
    }
  }
  const raise = () => {
    throw new TypeError(`this runtime has no ${name}`)
  }
  return { name, prototype: undefined, lower: () => undefined, raise }
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

function windowOfView(value: object): Window {
  const { buffer, byteOffset, byteLength } = value as NodeJS.ArrayBufferView
  return { onto: buffer, start: byteOffset, end: byteOffset + byteLength }
}
