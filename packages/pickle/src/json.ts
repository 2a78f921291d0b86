/**
 * Turns values that JSON brings back equal into plain JSON, and back.
 *
 * @module @persist/pickle/json
 */

import { UnpickleError } from '@persist/errors'
import { resolveOptions } from './options.ts'
import { parseJson } from './parse-json.ts'
import { jsonOf, payloadString } from './payload-string.ts'
import { prepareTree } from './prepare-tree.ts'
import { takeSnapshot } from './snapshot.ts'

const options = resolveOptions()

/**
 * Turns a value into plain JSON, which any other program can read. Throws `PickleError`, with the path, for a value that
 * JSON does not bring back equal: `undefined`, `NaN`, `-0`, a Date, an object that is reached twice, …
 *
 * @example
 * ```ts
 * pickle({ a: [1, 'b'] }) // '{"a":[1,"b"]}'
 * pickle({ a: undefined }) // PickleError: undefined is not plain JSON (at $.a)
 * ```
 */
export function pickle(value: unknown): string {
  const tree = prepareTree(value, options)
  return jsonOf(tree !== undefined && tree.notes === undefined ? tree.json : takeSnapshot(value, options, 'json').value)
}

/**
 * Reads a value from JSON. Throws `UnpickleError` if the payload is not JSON.
 *
 * @example
 * ```ts
 * unpickle('{"a":[1,"b"]}') // { a: [1, 'b'] }
 * unpickle('{') // UnpickleError
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: as of JSON.parse, so that the pair fits a function of any result
export function unpickle(payload: string | Uint8Array): any {
  const json = payloadString(payload, options.maxBytes)
  try {
    return parseJson(json)
  } catch (error) {
    throw new UnpickleError('the payload is not JSON', { cause: error })
  }
}
