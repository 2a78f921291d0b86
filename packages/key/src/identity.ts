/**
 * The method by which a class says what identifies its instances in keys. What it returns stands for the instance, so
 * begin it with the class's name.
 *
 * @example
 * ```ts
 * class Point {
 *   [identity]() { return ['Point', this.x, this.y] }
 * }
 * ```
 */
export const identity: unique symbol = Symbol.for('@persist/identity') as never
