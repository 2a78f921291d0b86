import { createPickle } from './pickle.ts'

export type { PickleOptions, PickleType } from './options.ts'
export { createPickle, type Pickle } from './pickle.ts'

/**
 * The default pair: plain JSON where that is enough, superjson behind a guard where it is not. `pickle` throws
 * `PickleError` for what would not come back equal, `unpickle` throws `UnpickleError` for what it cannot read.
 *
 * @example
 * ```ts
 * const text = pickle({ when: new Date(0), seen: new Set([1n]) })
 * unpickle(text) // { when: 1970-01-01T00:00:00.000Z, seen: Set(1) { 1n } }
 * ```
 */
export const { pickle, unpickle } = createPickle()
