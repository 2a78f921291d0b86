import { types } from 'node:util'
import { fromBase64, toBase64 } from './bytes.ts'
import type { Leaf, Window } from './leaf.ts'
import { hasOnlyBytes } from './own.ts'
import { makeHome } from './realm.ts'
import { Tagged } from './tagged.ts'
import { TEMPORAL } from './temporal.ts'

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
      const href = trueHref.call(value) as string
      if (!isBareUrl(value)) return undefined
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
      return isBareParams(value) ? new Tagged('URLSearchParams', text) : undefined
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
  float16Array(),
  ...TEMPORAL,
]

for (const { name, prototype } of LEAVES) if (prototype !== undefined) makeHome(name, prototype)

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

const trueHref = Object.getOwnPropertyDescriptor(URL.prototype, 'href')?.get as () => string

// Deno keeps the insides of these two under symbols of their own. Made when needed, for a fast start.
const isBareUrl = hasOnlyKeysOf(() => new URL('http://a/'))
const isBareParams = hasOnlyKeysOf(() => new URLSearchParams())

function isBare(value: object): boolean {
  return Reflect.ownKeys(value).length === 0
}

function hasOnlyKeysOf(fresh: () => object): (value: object) => boolean {
  let keys: readonly PropertyKey[] | undefined
  return (value) => {
    keys ??= Reflect.ownKeys(fresh())
    const own = Reflect.ownKeys(value)
    return own.length === keys.length && own.every((key) => keys!.includes(key))
  }
}

function expect(right: boolean): void {
  if (!right) throw new TypeError('not made of what this type is made of')
}
