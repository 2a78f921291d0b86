/**
 * Values that JSON brings back equal, as plain JSON.
 *
 * @module @persist/pickle/json
 */

import { UnpickleError } from '@persist/errors'
import { planFrom } from './options.ts'
import { parseJson } from './parse-json.ts'
import { takeSnapshot } from './snapshot.ts'
import { jsonOf, textOf } from './text.ts'

const plan = planFrom()

/**
 * Plain JSON, as any other program reads it, of a value that JSON brings back equal. Throws `PickleError`, with the
 * path, for any other: `undefined`, `NaN`, `-0`, a Date, an object that is reached twice, …
 *
 * @example
 * ```ts
 * pickle({ a: [1, 'b'] }) // '{"a":[1,"b"]}'
 * pickle({ a: undefined }) // PickleError: undefined is not plain JSON (at $.a)
 * ```
 */
export function pickle(value: unknown): string {
  return jsonOf(takeSnapshot(value, plan, 'json').value)
}

/**
 * The value of a JSON text. Throws `UnpickleError` for what is not JSON.
 *
 * @example
 * ```ts
 * unpickle('{"a":[1,"b"]}') // { a: [1, 'b'] }
 * unpickle('{') // UnpickleError
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: as of JSON.parse, so that the pair fits a function of any result
export function unpickle(payload: string | Uint8Array): any {
  const text = textOf(payload, plan.maxBytes)
  try {
    return parseJson(text)
  } catch (error) {
    throw new UnpickleError('the payload is not JSON', { cause: error })
  }
}
