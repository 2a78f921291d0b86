/**
 * The name of the method by which an object says what identifies it. It is `Symbol.for('@persist/identity')`, so a class
 * can have the method without importing this package.
 *
 * The object then counts as what the method returns, which may be anything with a canonical text but `undefined`. Begin
 * with a name that no other class uses: two objects whose methods return equal values are one and the same key, whatever
 * their classes. A subclass inherits the method, as in any language: give it its own where its instances differ.
 *
 * @example
 * ```ts
 * class Model {
 *   constructor(readonly weights: string) {}
 *   [identity]() { return ['Model', this.weights] }
 * }
 * canonical(new Model('v2'))       // '1:identity(["Model","v2"])'
 *
 * // For a class of somebody else:
 * Object.defineProperty(Decimal.prototype, identity, { value() { return ['Decimal', String(this)] } })
 *
 * // For a function, as an own property:
 * const byAge = Object.assign((a: Person, b: Person) => a.age - b.age, { [identity]: () => ['byAge', 1] })
 * ```
 */
export const identity: unique symbol = Symbol.for('@persist/identity') as never

/** An object that says what identifies it. */
export interface Identified {
  /** What identifies it: anything with a canonical text but `undefined`. */
  [identity](): unknown
}
