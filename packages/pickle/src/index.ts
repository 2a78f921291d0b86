/**
 * Values to text and back, never silently wrong.
 *
 * @module @persist/pickle
 */

import { createPickle } from './pickle.ts'

export type { PickleOptions, PickleType } from './options.ts'
export { createPickle, type Pickle } from './pickle.ts'

const ready = createPickle()

/**
 * A value to text: plain JSON where that is enough, superjson behind a guard where it is not. Throws `PickleError`, with
 * the path, for what would not come back equal.
 *
 * @example
 * ```ts
 * const text = pickle({ when: new Date(0), seen: new Set([1n]) })
 * unpickle(text) // { when: 1970-01-01T00:00:00.000Z, seen: Set(1) { 1n } }
 * ```
 */
export const pickle = ready.pickle

/**
 * The value of a text that {@link pickle} wrote. Throws `UnpickleError` for anything else; runs no code.
 *
 * @example
 * ```ts
 * unpickle('{"v":1,"json":[6]}') // [6]
 * unpickle('[6]') // UnpickleError
 * ```
 */
export const unpickle = ready.unpickle
