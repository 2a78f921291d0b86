import { PickleError, UnpickleError } from '@persist/errors'
import { isUtf8, types, utf8Length, utf8String } from '@persist/platform'
import { TOO_LONG } from './bytes.ts'

/** The JSON of a snapshot. */
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

/** `JSON.stringify` would call such a `toJSON` for every object. */
function refuseToJson(): void {
  if ('toJSON' in Object.prototype || 'toJSON' in Array.prototype)
    throw new PickleError('a toJSON on Object.prototype or Array.prototype changes what JSON.stringify writes', '$')
}

/** Refuses a string of more bytes in UTF-8. A UTF-16 unit has at least one byte and at most three. */
export function refuseLongString(payload: string, maxBytes: number): void {
  if (payload.length * 3 <= maxBytes) return
  if (payload.length > maxBytes || utf8Length(payload) > maxBytes)
    throw new PickleError(`this takes more than maxBytes, which is ${maxBytes}`, '$')
}

/** The string of a payload. Refuses bytes that are not UTF-8: they would become replacement characters. */
export function payloadString(payload: string | Uint8Array, maxBytes: number): string {
  expectPayload(payload, maxBytes)
  return typeof payload === 'string' ? payload : decoded(payload)
}

/** Refuses anything but a string or bytes, and a payload that is too long. */
export function expectPayload(payload: string | Uint8Array, maxBytes: number): void {
  // `instanceof` would fail in a test runner's sandbox, which has its own Uint8Array.
  if (typeof payload !== 'string' && !types.isUint8Array(payload))
    throw new UnpickleError('a payload is a string or bytes')
  if (payload.length > maxBytes) throw new UnpickleError(`the payload is longer than maxBytes, which is ${maxBytes}`)
}

/** The string of bytes. Refuses bytes that are not UTF-8. */
export function decoded(payload: Uint8Array): string {
  if (!isUtf8(payload)) throw new UnpickleError('the payload is not UTF-8')
  return utf8String(payload)
}
