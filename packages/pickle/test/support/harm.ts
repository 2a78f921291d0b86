import { expect } from 'vitest'

const PROTOTYPES: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  Map.prototype,
  Set.prototype,
  Date.prototype,
  RegExp.prototype,
  Error.prototype,
  Uint8Array.prototype,
  String.prototype,
  Number.prototype,
]

/** Returns a check to call later, which fails if a prototype has gained, lost or changed a property in between. */
export function prototypesUnchanged(): () => void {
  const look = () =>
    PROTOTYPES.map((prototype) =>
      Reflect.ownKeys(prototype).map((key) => [key, Object.getOwnPropertyDescriptor(prototype, key)?.value] as const),
    )
  const before = look()
  return () => {
    const after = look()
    after.forEach((properties, index) => {
      expect(properties.length).toBe(before[index]!.length)
      properties.forEach(([key, value], place) => {
        expect(key).toBe(before[index]![place]![0])
        expect(Object.is(value, before[index]![place]![1])).toBe(true)
      })
    })
  }
}

/** Fails if a function is anywhere among the own properties and members of a value. Iterative: it may be deep. */
export function noFunctionIn(value: unknown): void {
  const seen = new Set<object>()
  const open: unknown[] = [value]
  while (open.length > 0) {
    const part = open.pop()
    if (typeof part === 'function') throw new Error('a function is in the value')
    if (typeof part !== 'object' || part === null || seen.has(part)) continue
    seen.add(part)
    if (part instanceof Map) for (const [key, member] of part) open.push(key, member)
    if (part instanceof Set) open.push(...part)
    if (ArrayBuffer.isView(part)) continue
    for (const key of Reflect.ownKeys(part)) open.push(Object.getOwnPropertyDescriptor(part, key)?.value)
  }
}
