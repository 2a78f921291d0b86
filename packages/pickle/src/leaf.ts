import type { Tagged } from './tagged.ts'

/** Bytes that a value shows; two values that show the same bytes would come back apart. */
export interface Window {
  readonly onto: object
  readonly start: number
  readonly end: number
}

/** A built-in type without members to walk into. */
export interface Leaf {
  readonly name: string
  /** `undefined`: this runtime has no such type. */
  readonly prototype: object | undefined
  /** `undefined` if the value carries properties of its own, which would be lost. Throws for a forged prototype. */
  lower(value: object, binary: boolean): object | undefined
  /** The way back from a {@link Tagged} payload. Throws for anything that {@link Leaf.lower} never gave. */
  raise(payload: unknown): unknown
  window?(value: object): Window
}

/** Whether an object has no property of its own. */
export function isBare(value: object): boolean {
  return Reflect.ownKeys(value).length === 0
}
