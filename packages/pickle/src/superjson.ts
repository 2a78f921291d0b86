/**
 * Turns values into strings and back with a SuperJSON instance of your own, and the classes that are registered with it.
 *
 * @module @persist/pickle/superjson
 */

import { PickleError, UnpickleError } from '@persist/errors'
import { parseJson } from './parse-json.ts'
import { jsonOf, payloadString } from './payload-string.ts'

/** The part of a SuperJSON instance that is used. */
export interface SuperJsonLike {
  /** Returns the value as JSON can write it, and annotations of what JSON lacks. */
  serialize(value: unknown): { readonly json: unknown; readonly meta?: unknown }
  /** Returns the value of what `serialize` returned. */
  deserialize(payload: { json: never; meta?: never }): unknown
}

/** Turns values into strings and back as a SuperJSON instance does. */
export interface SuperJsonPickle {
  /** Returns what `stringify` of the instance returns. Throws `PickleError` if the instance throws. */
  readonly pickle: (value: unknown) => string
  /** Reads the value as `parse` of the instance does. Throws `UnpickleError` if the payload is not SuperJSON's. */
  // biome-ignore lint/suspicious/noExplicitAny: as of JSON.parse, so that the pair fits a function of any result
  readonly unpickle: (payload: string | Uint8Array) => any
}

/**
 * Makes a pickle of a SuperJSON instance. Stored results are then what superjson writes, so other programs with the same
 * registered classes can read them. The rules are superjson's too: an instance of a class that is not registered comes back
 * as a plain object, while the default pickle refuses it. Use the default pickle with `types` unless you have an instance.
 *
 * @example
 * ```ts
 * import { createPickle } from '@persist/pickle/superjson'
 *
 * SuperJSON.registerClass(Point)
 * const f = persist(compute, { ...createPickle(SuperJSON) })
 * ```
 */
export function createPickle(instance: SuperJsonLike): SuperJsonPickle {
  return { pickle: (value) => write(value, instance), unpickle: (payload) => read(payload, instance) }
}

function write(value: unknown, instance: SuperJsonLike): string {
  let written: unknown
  try {
    written = instance.serialize(value)
  } catch (error) {
    throw new PickleError(`superjson cannot write this: ${messageOf(error)}`, '$', { cause: error })
  }
  return jsonOf(written)
}

function read(payload: string | Uint8Array, instance: SuperJsonLike): unknown {
  const text = payloadString(payload, Number.POSITIVE_INFINITY)
  try {
    const stored = parseJson(text)
    if (typeof stored !== 'object' || stored === null || !Object.hasOwn(stored, 'json'))
      throw new TypeError('it has no json')
    return instance.deserialize(stored as { json: never; meta?: never })
  } catch (error) {
    throw new UnpickleError(`superjson cannot read the payload: ${messageOf(error)}`, { cause: error })
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
