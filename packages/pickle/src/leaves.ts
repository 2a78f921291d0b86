import { types } from 'node:util'
import { fromBase64, toBase64 } from './bytes.ts'
import { hasOnlyBytes } from './own.ts'
import { Tagged } from './tagged.ts'

/** Bytes that a value shows; two values that show the same bytes would come back apart. */
export interface Window {
  readonly onto: object
  readonly start: number
  readonly end: number
}

/** A built-in type without members to walk into. */
export interface Leaf {
  readonly name: string
  readonly prototype: object
  /** `undefined` if the value carries properties of its own, which would be lost. Throws for a forged prototype. */
  lower(value: object, binary: boolean): object | undefined
  /** The way back from a {@link Tagged} payload. Throws for anything that {@link Leaf.lower} never gave. */
  raise(payload: unknown): unknown
  window?(value: object): Window
}

/** The built-in types without members. `binary`: V8's serializer writes bytes, dates and holes by itself. */
export const LEAVES: readonly Leaf[] = [
  {
    name: 'Date',
    prototype: Date.prototype,
    lower(value, binary) {
      const time = Date.prototype.getTime.call(value)
      if (!isBare(value)) return undefined
      return binary || !Number.isNaN(time) ? new Date(time) : new Tagged('Date', null)
    },
    raise(payload) {
      expect(payload === null)
      return new Date(Number.NaN)
    },
  },
  {
    name: 'RegExp',
    prototype: RegExp.prototype,
    lower(value) {
      const regExp = value as RegExp
      if (!types.isRegExp(value)) throw new TypeError('not a RegExp')
      if (Reflect.ownKeys(value).length !== 1) return undefined
      const { source, flags, lastIndex } = regExp
      if (Object.is(lastIndex, 0)) return new RegExp(source, flags)
      if (!Number.isSafeInteger(lastIndex)) throw new TypeError('its lastIndex is no whole number')
      return new Tagged('RegExp', [source, flags, lastIndex])
    },
    raise(payload) {
      expect(Array.isArray(payload) && payload.length === 3)
      const [source, flags, lastIndex] = payload as unknown[]
      expect(typeof source === 'string' && typeof flags === 'string' && Number.isSafeInteger(lastIndex))
      return Object.assign(new RegExp(source as string, flags as string), { lastIndex })
    },
  },
  {
    name: 'URL',
    prototype: URL.prototype,
    lower(value, binary) {
      const url = value as URL
      if (!isBare(value)) return undefined
      const { href } = url
      // Not every URL reads back as it was written: https://github.com/whatwg/url/issues/415
      const copy = new URL(href)
      if (copy.href !== href) throw new TypeError('its text reads back as another URL')
      return binary ? new Tagged('URL', href) : copy
    },
    raise(payload) {
      expect(typeof payload === 'string')
      return new URL(payload as string)
    },
    window: (value) => ({ onto: (value as URL).searchParams, start: 0, end: 1 }),
  },
  {
    name: 'URLSearchParams',
    prototype: URLSearchParams.prototype,
    lower(value) {
      const text = URLSearchParams.prototype.toString.call(value)
      return isBare(value) ? new Tagged('URLSearchParams', text) : undefined
    },
    raise(payload) {
      expect(typeof payload === 'string')
      return new URLSearchParams(payload as string)
    },
    window: (value) => ({ onto: value, start: 0, end: 1 }),
  },
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

function isBare(value: object): boolean {
  return Reflect.ownKeys(value).length === 0
}

function expect(right: boolean): void {
  if (!right) throw new TypeError('not made of what this type is made of')
}
