/**
 * The key of the method that returns what identifies an object. It is `Symbol.for('@persist/identity')`, so a class can
 * have the method without an import of this package.
 *
 * The object counts as the result of the method, which may be any value with a canonical string except `undefined`. Begin
 * the result with a name that no other class uses: two objects whose methods return equal values are the same key, even if
 * their classes differ. A subclass inherits the method. Give it its own method if its instances differ.
 *
 * @example
 * ```ts
 * class Model {
 *   constructor(readonly weights: string) {}
 *   [identity]() { return ['Model', this.weights] }
 * }
 * canonical(new Model('v2'))       // '1:identity(["Model","v2"])'
 *
 * // For a class of a library:
 * Object.defineProperty(Decimal.prototype, identity, { value() { return ['Decimal', String(this)] } })
 *
 * // For a function, as an own property:
 * const byAge = Object.assign((a: Person, b: Person) => a.age - b.age, { [identity]: () => ['byAge', 1] })
 * ```
 */
export const identity: unique symbol = Symbol.for('@persist/identity') as never

/** An object with an identity method. */
export interface Identified {
  /** Returns what identifies the object: any value with a canonical string except `undefined`. */
  [identity](): unknown
}
