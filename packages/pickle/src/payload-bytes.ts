import { PickleError } from '@persist/errors'
import { newBytes, utf8Bytes, utf8Length, writeUtf8 } from '@persist/platform'
import { inNativeOrder } from './bytes.ts'

// Version 2 of the payload: one line of JSON, then the binary parts as they are. docs/formats.md has the details.
//
//   {"v":2,"parts":[8000],"json":["Float64Array",0],"meta":{…}}···⏎<8000 bytes>

/** Each part begins at a multiple of this, so that a typed array over the payload itself would be possible. */
const ALIGNMENT = 8
const NEWLINE = 0x0a
const SPACE = 0x20
const OPENING = utf8Bytes('{"v":2,')

/** A payload, before its pieces are joined. */
export interface Pieces {
  readonly text: string
  readonly parts: readonly Uint8Array[]
}

/** The beginning of the text of a payload. */
export function headOf(parts: readonly Uint8Array[]): string {
  if (parts.length === 0) return '{"v":1,'
  return `{"v":2,"parts":[${parts.map((part) => part.byteLength).join()}],`
}

/** Joins the pieces. This is the only copy of the parts. */
export function joined({ text, parts }: Pieces, maxBytes: number): Uint8Array {
  const textBytes = utf8Length(text)
  const start = aligned(textBytes + 1)
  let end = start
  for (const part of parts) end = aligned(end) + part.byteLength
  if (end > maxBytes) throw new PickleError(`this takes more than maxBytes, which is ${maxBytes}`, '$')
  const payload = allocated(end)
  writeUtf8(payload, text)
  payload.fill(SPACE, textBytes, start - 1)
  payload[start - 1] = NEWLINE
  let at = start
  for (const part of parts) {
    payload.fill(0, at, aligned(at))
    payload.set(part, aligned(at))
    at = aligned(at) + part.byteLength
  }
  return payload
}

function allocated(size: number): Uint8Array {
  try {
    return newBytes(size)
  } catch (error) {
    throw new PickleError(`this cannot be written: ${(error as Error).message}`, '$', { cause: error })
  }
}

function aligned(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT
}

/** The length of the first line of a payload with parts, with its end. `undefined` for any other payload. */
export function lineLength(payload: Uint8Array): number | undefined {
  for (const [index, byte] of OPENING.entries()) if (payload[index] !== byte) return undefined
  const length = payload.indexOf(NEWLINE) + 1
  return length > 0 && length % ALIGNMENT === 0 ? length : undefined
}

/** The binary parts of a payload that may be hostile: no byte is read outside of the payload, and none twice. */
export class StoredParts {
  readonly #payload: Uint8Array
  /** Where each part begins and ends; `undefined` once it is taken. */
  readonly #ranges: (readonly [start: number, end: number] | undefined)[]
  #left: number

  /** Throws if the lengths do not fit the bytes from `start` on. */
  constructor(payload: Uint8Array, start: number, lengths: unknown) {
    if (!Array.isArray(lengths) || lengths.length === 0) throw new TypeError('the lengths of its parts are malformed')
    let at = start
    this.#payload = payload
    this.#left = lengths.length
    this.#ranges = (lengths as unknown[]).map((length) => {
      if (!Number.isSafeInteger(length) || (length as number) < 1)
        throw new TypeError('the lengths of its parts are malformed')
      const begin = aligned(at)
      for (; at < begin; at++) if (payload[at] !== 0) throw new TypeError('its padding is not zero')
      at += length as number
      if (at > payload.length) throw new TypeError('its parts are cut off')
      return [begin, at]
    })
    if (at !== payload.length) throw new TypeError('it has more bytes than its parts')
  }

  /** A copy of a part, in a buffer of its own that is exactly as long, and in this machine's order. */
  take(number: number, elementSize: number): ArrayBuffer {
    const range = this.#ranges[number]
    if (range === undefined) throw new TypeError('a part is missing, or is there twice')
    this.#ranges[number] = undefined
    this.#left--
    const [start, end] = range
    if ((end - start) % elementSize !== 0) throw new RangeError(`not a multiple of ${elementSize} bytes`)
    return inNativeOrder(new Uint8Array(this.#payload.subarray(start, end)), elementSize).buffer
  }

  /** Throws if the value does not have all parts. */
  expectAllTaken(): void {
    if (this.#left > 0) throw new TypeError('it has parts that the value does not have')
  }
}
