import { PickleError } from '@persist/errors'
import { littleEndian, TOO_LONG, toBase64 } from './bytes.ts'
import { formatPath, type Step } from './path.ts'
import { Tagged } from './tagged.ts'

/** A smaller part takes less space as base64 in the text than as a part with a length, a number and padding. */
const SMALLEST_PART = 64
/** From this many bytes in all on, parts are stored outside of the text. */
const LEAST_IN_ALL = 1024

/** The bytes of a value, before it is decided how they are written. */
export class Part {
  readonly view: NodeJS.ArrayBufferView
  /** Stands for the value. Its payload is set last, when the sizes of all parts are known. */
  readonly tagged: Tagged
  path: readonly Step[] = []
  readonly #elementSize: number
  readonly #byteLength: number

  constructor(name: string, view: NodeJS.ArrayBufferView, elementSize: number) {
    this.view = view
    this.tagged = new Tagged(name, undefined)
    this.#elementSize = elementSize
    this.#byteLength = view.byteLength
  }

  get isLarge(): boolean {
    return this.#byteLength >= SMALLEST_PART
  }

  get byteLength(): number {
    return this.#byteLength
  }

  /** Writes the bytes in the text. */
  asText(): void {
    this.#refuseDetached()
    try {
      this.tagged[1] = toBase64(this.view, this.#elementSize)
    } catch (error) {
      throw new PickleError(`this ${this.tagged[0]} cannot be stored: ${TOO_LONG}`, formatPath(this.path), {
        cause: error,
      })
    }
  }

  /** Writes only a number in the text. Returns the bytes, in little-endian order. */
  asPart(number: number): Uint8Array {
    this.#refuseDetached()
    this.tagged[1] = number
    return littleEndian(this.view, this.#elementSize)
  }

  /** A getter that ran after this part was reached may have moved its memory elsewhere. */
  #refuseDetached(): void {
    if (this.view.byteLength !== this.#byteLength)
      throw new PickleError('its memory was moved while the value was read', formatPath(this.path))
  }
}

/** Sets the payloads of all parts. Returns the bytes of those outside of the text, by number. */
export function settleParts(parts: readonly Part[], inText: boolean): readonly Uint8Array[] {
  let inAll = 0
  if (!inText) for (const part of parts) if (part.isLarge) inAll += part.byteLength
  const outside: Uint8Array[] = []
  for (const part of parts) {
    if (inAll >= LEAST_IN_ALL && part.isLarge) outside.push(part.asPart(outside.length))
    else part.asText()
  }
  return outside
}
