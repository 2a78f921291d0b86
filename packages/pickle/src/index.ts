/**
 * Turns values into strings or bytes and back, never silently wrong.
 *
 * @module @persist/pickle
 */

import { createPickle, type Pickle } from './pickle.ts'

export type { PickleOptions, PickleType, TextPickleOptions } from './options.ts'
export { createPickle, type Pickle } from './pickle.ts'

const ready = createPickle()

/**
 * Turns a value into a string: plain JSON where that is enough, else superjson's format. A value with a kilobyte or more of
 * typed arrays, Buffers and ArrayBuffers becomes bytes: such a string, then these parts as they are. Throws `PickleError`,
 * with the path, if a part would not come back equal.
 *
 * @example
 * ```ts
 * const pickled = pickle({ when: new Date(0), seen: new Set([1n]) })
 * unpickle(pickled) // { when: 1970-01-01T00:00:00.000Z, seen: Set(1) { 1n } }
 * ```
 */
export const pickle: Pickle['pickle'] = ready.pickle

/**
 * Reads the value of a payload that {@link pickle} wrote. Throws `UnpickleError` for anything else. Runs no code.
 *
 * @example
 * ```ts
 * unpickle('{"v":1,"json":[6]}') // [6]
 * unpickle('[6]') // UnpickleError
 * ```
 */
export const unpickle = ready.unpickle
