import { resolveOptions, TEXT_ONLY, type TextPickleOptions } from './options.ts'
import { joined } from './payload-bytes.ts'
import { refuseLongString } from './payload-string.ts'
import { readPayload } from './read-payload.ts'
import { writePieces } from './write-pieces.ts'

/** Turns values into strings or bytes, and back. */
export interface Pickle<Payload extends string | Uint8Array = string | Uint8Array> {
  /**
   * Returns one line: `{"v":1,"json":…}`, with `"meta":…` in superjson's format if the value is more than plain JSON. For a
   * value with a kilobyte or more of typed arrays, Buffers and ArrayBuffers it returns bytes: such a line, then those parts as
   * they are. Throws `PickleError`, with the path, if a part would not come back equal.
   */
  readonly pickle: (value: unknown) => Payload
  /**
   * Reads the value from the string, from its UTF-8, or from the bytes. The value shares no memory with them. Throws
   * `UnpickleError` for anything that `pickle` never writes.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as of JSON.parse, so that the pair fits a function of any result
  readonly unpickle: (payload: string | Uint8Array) => any
}

/**
 * Makes a pickle with your own types or other bounds. Throws `OptionError` for an invalid option.
 *
 * @example
 * ```ts
 * const { pickle, unpickle } = createPickle({ types: [point], maxBytes: 1_000_000 })
 * const f = persist(compute, { pickle, unpickle })
 * ```
 */
export function createPickle(options: TextPickleOptions & { readonly binary: false }): Pickle<string>
export function createPickle(options?: TextPickleOptions): Pickle
export function createPickle(options?: TextPickleOptions): Pickle {
  const resolved = resolveOptions(options, TEXT_ONLY)
  return {
    pickle: (value) => {
      const { text, parts } = writePieces(value, resolved)
      if (parts.length > 0) return joined({ text, parts }, resolved.maxBytes)
      refuseLongString(text, resolved.maxBytes)
      return text
    },
    unpickle: (payload) => readPayload(payload, resolved),
  }
}
