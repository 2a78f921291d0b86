/**
 * Turns values into bytes and back with V8's serializer, never silently wrong.
 *
 * @module @persist/pickle/v8
 */

import { endianness } from 'node:os'
import { types } from 'node:util'
import { DefaultDeserializer, deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { PickleError, UnpickleError } from '@persist/errors'
import { refuseCustomCycle } from './cycles.ts'
import { type PickleOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { revive } from './revive.ts'
import { takeSnapshot } from './snapshot.ts'
import { toThisRealm } from './to-this-realm.ts'

export type { PickleOptions, PickleType } from './options.ts'

/** Turns values into bytes and back. */
export interface BinaryPickle {
  /** Returns the bytes. Throws `PickleError`, with the path, if a part would not come back equal. */
  readonly pickle: (value: unknown) => Uint8Array
  /**
   * Reads the value. Throws `UnpickleError` for damaged bytes, and for those of a newer V8. V8's own reader is not safe with
   * bytes of an attacker: use the text pickle if others can write to the store.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as of JSON.parse, so that the pair fits a function of any result
  readonly unpickle: (payload: string | Uint8Array) => any
}

/**
 * `P`, `V`, `8`, the version. {@link FLAGS}, a CRC-32 (four bytes, little-endian) of the flags and the engine's bytes, and
 * those bytes follow.
 */
const MAGIC = Buffer.from('PV8\x01', 'latin1')
const HEADER_BYTES = MAGIC.length + 5
const FLAGS = {
  /** The bytes hold a pair: the value, and the list of those arrays in it that stand for something else. */
  tagged: 1,
  /** V8 wrote the numbers in big-endian order, that of the machine. */
  bigEndian: 2,
  /** JavaScriptCore wrote the bytes: the `node:v8` of Bun has its own format. */
  javaScriptCore: 4,
} as const
const EXAMPLE = serialize({})
/** V8's bytes begin with 0xff. */
const isV8 = EXAMPLE[0] === 0xff
const HERE = (endianness() === 'BE' ? FLAGS.bigEndian : 0) | (isV8 ? 0 : FLAGS.javaScriptCore)
/** In a sandbox (Jest, `node:vm`), `node:v8` makes objects of the realm outside. */
const isOfAnotherRealm = Object.getPrototypeOf(deserialize(EXAMPLE)) !== Object.prototype

/**
 * Makes a binary pickle with your own types or other bounds. It uses V8's serializer with the same checks as the text
 * pickle. It is smaller and faster for bytes and numbers, and can store holes in arrays and arrays with properties. Throws
 * `OptionError` for an invalid option.
 *
 * @example
 * ```ts
 * const small = createPickle({ maxBytes: 1_000 })
 * small.unpickle(small.pickle(Float64Array.of(1, 2))) // Float64Array(2) [1, 2]
 * small.pickle(new Uint8Array(2_000)) // PickleError: this takes more than maxBytes, which is 1000 (at $)
 * ```
 */
export function createPickle(options?: PickleOptions): BinaryPickle {
  const resolved = resolveOptions(options)
  return { pickle: (value) => write(value, resolved), unpickle: (payload) => read(payload, resolved) }
}

const ready = createPickle()

/**
 * Turns a value into bytes. Throws `PickleError`, with the path, if a part would not come back equal.
 *
 * @example
 * ```ts
 * import { pickle, unpickle } from '@persist/pickle/v8'
 * const f = persist(simulate, { pickle, unpickle })
 * ```
 */
export const pickle = ready.pickle

/**
 * Reads the value of bytes that {@link pickle} wrote. Throws `UnpickleError` for damaged bytes, for those of a newer V8,
 * and for those of another engine: Node and Deno cannot read the bytes that Bun writes, and Bun reads only its own.
 */
export const unpickle = ready.unpickle

function write(value: unknown, options: ResolvedOptions): Uint8Array {
  const snapshot = takeSnapshot(value, options, 'binary')
  refuseCustomCycle(snapshot)
  const tagged = snapshot.tagged.length > 0
  const body = serialized(tagged ? [snapshot.value, snapshot.tagged] : snapshot.value)
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  if (bytes.length > options.maxBytes)
    throw new PickleError(`this takes more than maxBytes, which is ${options.maxBytes}`, '$')
  MAGIC.copy(bytes)
  bytes[MAGIC.length] = (tagged ? FLAGS.tagged : 0) | HERE
  body.copy(bytes, HEADER_BYTES)
  bytes.writeUInt32LE(checksum(bytes), MAGIC.length + 1)
  return bytes
}

/** Covers the flags too: without `tagged`, a value would come back as a pair. */
function checksum(bytes: Buffer): number {
  return crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(MAGIC.length, MAGIC.length + 1)))
}

function serialized(value: unknown): Buffer {
  try {
    return serialize(value)
  } catch (error) {
    throw new PickleError(`V8 cannot write this: ${(error as Error).message}`, '$', { cause: error })
  }
}

function read(payload: string | Uint8Array, options: ResolvedOptions): unknown {
  if (!types.isUint8Array(payload)) throw new UnpickleError('the payload is not bytes')
  if (payload.length > options.maxBytes)
    throw new UnpickleError(`the payload is longer than maxBytes, which is ${options.maxBytes}`)
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const flags = checkedFlags(bytes)
  try {
    const value = readBody(bytes.subarray(HEADER_BYTES))
    return flags & FLAGS.tagged ? revived(value, options) : value
  } catch (error) {
    throw new UnpickleError(`the payload cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

function readBody(body: Buffer): unknown {
  if (!isV8) return deserialize(body)
  const reader = new Reader(body)
  reader.readHeader()
  const value: unknown = reader.readValue()
  return isOfAnotherRealm ? toThisRealm(value) : value
}

function checkedFlags(bytes: Buffer): number {
  const version = MAGIC.length - 1
  if (bytes.length < HEADER_BYTES || MAGIC.compare(bytes, 0, version, 0, version) !== 0)
    throw new UnpickleError('the payload is not a binary pickle')
  if (bytes[version] !== MAGIC[version])
    throw new UnpickleError(`the payload has version ${bytes[version]}, and this package reads ${MAGIC[version]}`)
  const flags = bytes[MAGIC.length] as number
  if (flags > (FLAGS.tagged | FLAGS.bigEndian | FLAGS.javaScriptCore))
    throw new UnpickleError('the payload has flags that this package does not know')
  if ((flags & FLAGS.javaScriptCore) !== (HERE & FLAGS.javaScriptCore))
    throw new UnpickleError('the payload was written by another JavaScript engine')
  if ((flags & ~FLAGS.tagged) !== HERE)
    throw new UnpickleError('the payload was written on a machine with another byte order')
  if (checksum(bytes) !== bytes.readUInt32LE(MAGIC.length + 1))
    throw new UnpickleError('the payload is damaged: its checksum does not match')
  return flags
}

function revived(pair: unknown, options: ResolvedOptions): unknown {
  if (!Array.isArray(pair) || pair.length !== 2 || !Array.isArray(pair[1]))
    throw new TypeError('not a value and a list')
  const [value, list] = pair as [unknown, unknown[]]
  // A forged list may have a length of four billion and no elements.
  if (Object.keys(list).length !== list.length) throw new TypeError('its list has holes')
  const tagged = new Set(list)
  for (const source of tagged) {
    if (!Array.isArray(source) || source.length !== 2 || typeof source[0] !== 'string')
      throw new TypeError('a tagged value must be a name and a payload')
  }
  return revive({ value, isTagged: (object) => tagged.has(object), holes: true }, options.types)
}

type View = Buffer<ArrayBuffer> | DataView<ArrayBuffer> | Float64Array<ArrayBuffer>
const readView = (DefaultDeserializer.prototype as unknown as { _readHostObject: (this: DefaultDeserializer) => View })
  ._readHostObject

/** Copies typed arrays. Node's reader returns views of the payload, which would change with it and keep it in memory. */
class Reader extends DefaultDeserializer {
  _readHostObject(): View {
    const view = readView.call(this)
    if (types.isDataView(view))
      return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength))
    return Buffer.isBuffer(view) ? Buffer.from(new Uint8Array(view).buffer) : view.slice()
  }
}
