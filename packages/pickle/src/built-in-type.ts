import type { Part } from './parts.ts'
import type { Tagged } from './tagged.ts'

/** The part of a buffer that a value shows. Two values over the same bytes would come back with bytes of their own. */
export interface ByteRange {
  readonly buffer: object
  readonly start: number
  readonly end: number
}

/** A built-in type whose values have no members to walk into. */
export interface BuiltInType {
  readonly name: string
  /** `undefined` if this runtime has no such type. */
  readonly prototype: object | undefined
  /**
   * A copy of the value, a {@link Tagged} for it, or its bytes. `undefined` if the value has own properties, which would be
   * lost. Throws for a forged prototype. `binary`: the result is for the engine's serializer.
   */
  encode(value: object, binary: boolean): object | Part | undefined
  /**
   * Makes the value from the payload of a {@link Tagged}, or from `bytes`, which are stored outside of the text. Throws for a
   * payload that `encode` never makes.
   */
  revive(payload: unknown, bytes?: ArrayBuffer): unknown
  byteRange?(value: object): ByteRange
  /** For a type that holds bytes: the bytes of one element. */
  readonly elementSize?: number
}

/** Whether an object has no own property. */
export function isBare(value: object): boolean {
  return Reflect.ownKeys(value).length === 0
}
