import { isUtf8 } from 'node:buffer'
import { types } from 'node:util'
import { PickleError, UnpickleError } from '@persist/errors'
import { TOO_LONG } from './bytes.ts'

/** JSON of a value that a snapshot is of. */
export function jsonOf(value: unknown): string {
  refuseToJson()
  try {
    return JSON.stringify(value)
  } catch (error) {
    const { message } = error as Error
    const isTooLong = error instanceof RangeError && !/call stack/i.test(message)
    throw new PickleError(`this cannot be written: ${isTooLong ? TOO_LONG : message}`, '$', { cause: error })
  }
}

/** `JSON.stringify` would call it, for every object there is. */
function refuseToJson(): void {
  if ('toJSON' in Object.prototype || 'toJSON' in Array.prototype)
    throw new PickleError('a toJSON on Object.prototype or Array.prototype changes what JSON.stringify writes', '$')
}

/** Refuses a text longer than that. A byte is at most one UTF-16 unit, and a unit at most three bytes. */
export function refuseLongText(text: string, maxBytes: number): void {
  if (text.length * 3 <= maxBytes) return
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes)
    throw new PickleError(`this takes more than maxBytes, which is ${maxBytes}`, '$')
}

/** The text of a payload. Bytes that are no UTF-8 would become a value with replacement characters in it. */
export function textOf(payload: string | Uint8Array, maxBytes: number): string {
  // Of any realm: a test runner's sandbox has a Uint8Array of its own.
  if (typeof payload !== 'string' && !types.isUint8Array(payload)) throw new UnpickleError('a payload is text or bytes')
  if (payload.length > maxBytes) throw new UnpickleError(`the payload is longer than maxBytes, which is ${maxBytes}`)
  if (typeof payload === 'string') return payload
  if (!isUtf8(payload)) throw new UnpickleError('the payload is not UTF-8 text')
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
}
