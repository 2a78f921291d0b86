import { isDeepEqual, types } from '@persist/platform'

const NAME = /^[A-Za-z_$][\w$]*$/

/**
 * The path of the first place where two values differ; `undefined` if they are equal. Both come from the pickle. `NaN`
 * equals `NaN`, `-0` is not `0`, the order of a Map, a Set and an array counts, the order of properties does not, a property
 * that is `undefined` is not a missing one.
 */
export function firstDifference(stored: unknown, computed: unknown): string | undefined {
  return compare(stored, computed, '$', new Map())
}

/** @param inside pairs of objects that are being compared already: cycles. */
function compare(a: unknown, b: unknown, path: string, inside: Map<unknown, unknown>): string | undefined {
  if (Object.is(a, b) || (inside.has(a) && inside.get(a) === b)) return undefined
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return path
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return path
  inside.set(a, b)
  if (types.isMap(a)) return sequence([...a].flat(1), [...(b as typeof a)].flat(1), inside, mapPath(path))
  if (types.isSet(a)) return sequence([...a], [...(b as typeof a)], inside, (index) => `${path}.values[${index}]`)
  if (Array.isArray(a)) {
    const lengths = (b as unknown[]).length === a.length
    return properties(a, b, path, inside) ?? (lengths ? undefined : `${path}.length`)
  }
  if (isPlain(a)) return properties(a, b, path, inside)
  if (ArrayBuffer.isView(a)) return haveSameBytes(a, b as typeof a) ? undefined : path
  return isDeepEqual(a, b) ? properties(a, b, path, inside) : path
}

function mapPath(path: string): (index: number) => string {
  return (index) => `${path}.${index % 2 === 0 ? 'keys' : 'values'}[${index >> 1}]`
}

function sequence(
  a: readonly unknown[],
  b: readonly unknown[],
  inside: Map<unknown, unknown>,
  pathOf: (index: number) => string,
): string | undefined {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    if (index >= a.length || index >= b.length) return pathOf(index)
    const path = compare(a[index], b[index], pathOf(index), inside)
    if (path !== undefined) return path
  }
  return undefined
}

function properties(a: object, b: object, path: string, inside: Map<unknown, unknown>): string | undefined {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const at = memberPath(a, path, key)
    if (!Object.hasOwn(a, key) || !Object.hasOwn(b, key)) return at
    const found = compare(memberOf(a, key), memberOf(b, key), at, inside)
    if (found !== undefined) return found
  }
  return undefined
}

function memberPath(container: object, path: string, key: string): string {
  if (Array.isArray(container)) return `${path}[${key}]`
  return NAME.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}

function memberOf(container: object, key: string): unknown {
  return (container as Readonly<Record<string, unknown>>)[key]
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function haveSameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [one, other] = [a, b].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  )
  return one!.length === other!.length && one!.every((byte, index) => byte === other![index])
}
