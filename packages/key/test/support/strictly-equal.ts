import { identity } from '@persist/key'

/**
 * Whether two values are equal, without canonical strings: the same types, prototypes and parts at every level. The order
 * of properties does not count, that of Maps and Sets does. A part that is an object around itself must be the object at
 * the same level on both sides. Otherwise, it does not count whether equal parts are the same object.
 */
export function strictlyEqual(a: unknown, b: unknown, aroundA: object[] = [], aroundB: object[] = []): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const level = aroundA.lastIndexOf(a)
  if (level !== aroundB.lastIndexOf(b)) return false
  if (level >= 0) return true
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const within = (partA: unknown, partB: unknown) => strictlyEqual(partA, partB, [...aroundA, a], [...aroundB, b])
  const inOrder = (partsA: Iterable<unknown>, partsB: Iterable<unknown>) => {
    const listA = [...partsA]
    const listB = [...partsB]
    return listA.length === listB.length && listA.every((part, index) => within(part, listB[index]))
  }
  if (identity in a && identity in b) return within(said(a), said(b))
  if (a instanceof Map && b instanceof Map) return inOrder(a.keys(), b.keys()) && inOrder(a.values(), b.values())
  if (a instanceof Set && b instanceof Set) return inOrder(a, b)
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime())
  if (a instanceof RegExp && b instanceof RegExp) {
    return a.source === b.source && a.flags === b.flags && Object.is(a.lastIndex, b.lastIndex)
  }
  if (a instanceof URL && b instanceof URL) return a.href === b.href
  if (a instanceof URLSearchParams && b instanceof URLSearchParams) return inOrder([...a].flat(), [...b].flat())
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    return equalBytes([a.buffer, a.byteOffset, a.byteLength], [b.buffer, b.byteOffset, b.byteLength])
  }
  if (isBuffer(a) && isBuffer(b)) {
    return equalBytes([a, 0, a.byteLength], [b, 0, b.byteLength]) && roomOf(a) === roomOf(b)
  }
  if (isBox(a) && isBox(b)) return Object.is(a.valueOf(), b.valueOf())
  const names = Reflect.ownKeys(a)
  return (
    names.length === Reflect.ownKeys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && within(Reflect.get(a, name), Reflect.get(b, name)))
  )
}

function said(object: object): unknown {
  return (object as { [identity](): unknown })[identity]()
}

type Bytes = readonly [buffer: ArrayBufferLike, offset: number, length: number]

function equalBytes(a: Bytes, b: Bytes): boolean {
  const bytesA = new Uint8Array(...a)
  const bytesB = new Uint8Array(...b)
  return bytesA.length === bytesB.length && bytesA.every((byte, index) => byte === bytesB[index])
}

function isBuffer(object: object): object is ArrayBufferLike {
  return object instanceof ArrayBuffer || object instanceof SharedArrayBuffer
}

function roomOf(buffer: ArrayBufferLike): unknown {
  const { resizable, growable, maxByteLength } = buffer as {
    resizable?: boolean
    growable?: boolean
    maxByteLength?: number
  }
  return resizable || growable ? maxByteLength : undefined
}

function isBox(object: object): boolean {
  return [Number, String, Boolean, BigInt].some((Box) => object instanceof Box)
}
