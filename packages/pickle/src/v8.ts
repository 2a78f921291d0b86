/**
 * Values to bytes and back, by V8 behind the same guard.
 *
 * @module @persist/pickle/v8
 */

import { endianness } from 'node:os'
import { types } from 'node:util'
import { DefaultDeserializer, deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { PickleError, UnpickleError } from '@persist/errors'
import { bringHome } from './bring-home.ts'
import { refuseCustomCycle } from './cycles.ts'
import { type PickleOptions, type Plan, planFrom } from './options.ts'
import { raise } from './raise.ts'
import { takeSnapshot } from './snapshot.ts'

export type { PickleOptions, PickleType } from './options.ts'

/** A value to bytes and back. */
export interface BinaryPickle {
  /** Throws `PickleError`, with the path, for whatever would not come back equal. */
  readonly pickle: (value: unknown) => Uint8Array
  /**
   * The value. Throws `UnpickleError` for damaged bytes, and for those of a newer V8 than this one can read. V8's own
   * reader is not made for bytes of an enemy: use the text pickle where others can write to the store.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as of JSON.parse, so that the pair fits a function of any result
  readonly unpickle: (payload: string | Uint8Array) => any
}

/** `P`, `V`, `8`, the version, {@link FLAGS}, a CRC-32 (four bytes, little-endian) of the flags and of the engine's bytes, then these. */
const MAGIC = Buffer.from('PV8\x01', 'latin1')
const HEADER_BYTES = MAGIC.length + 5
const FLAGS = {
  /** The value is a pair: itself, and the list of those arrays in it that stand for something else. */
  tagged: 1,
  /** V8 writes numbers in the order of the machine. */
  bigEndian: 2,
  /** Not V8's bytes but those of JavaScriptCore, whose `node:v8` (Bun's) writes its own format. */
  javaScriptCore: 4,
} as const
const EXAMPLE = serialize({})
/** V8's bytes begin with this. */
const isV8 = EXAMPLE[0] === 0xff
const HERE = (endianness() === 'BE' ? FLAGS.bigEndian : 0) | (isV8 ? 0 : FLAGS.javaScriptCore)
/** In a sandbox (Jest, `node:vm`), `node:v8` makes the objects of the realm around it. */
const isOfAnotherRealm = Object.getPrototypeOf(deserialize(EXAMPLE)) !== Object.prototype

/**
 * A binary pickle with types of your own or other bounds: V8's serializer behind the same guard. Smaller and faster than
 * text for bytes and numbers, and the one for holes in arrays and for arrays with properties.
 *
 * @example
 * ```ts
 * const small = createPickle({ maxBytes: 1_000 })
 * small.unpickle(small.pickle(Float64Array.of(1, 2))) // Float64Array(2) [1, 2]
 * small.pickle(new Uint8Array(2_000)) // PickleError: this takes more than maxBytes, which is 1000 (at $)
 * ```
 */
export function createPickle(options?: PickleOptions): BinaryPickle {
  const plan = planFrom(options)
  return { pickle: (value) => write(value, plan), unpickle: (payload) => read(payload, plan) }
}

const ready = createPickle()

/**
 * A value to bytes. Throws `PickleError`, with the path, for whatever would not come back equal.
 *
 * @example
 * ```ts
 * import { pickle, unpickle } from '@persist/pickle/v8'
 * const f = persist(simulate, { pickle, unpickle })
 * ```
 */
export const pickle = ready.pickle

/**
 * The value of bytes that {@link pickle} wrote. Throws `UnpickleError` for damaged bytes, for those of a newer V8, and
 * for those of another engine: Bun writes bytes of its own, which Node and Deno do not read, and reads only these.
 */
export const unpickle = ready.unpickle

function write(value: unknown, plan: Plan): Uint8Array {
  const snapshot = takeSnapshot(value, plan, 'binary')
  refuseCustomCycle(snapshot)
  const tagged = snapshot.tagged.length > 0
  const body = serialized(tagged ? [snapshot.value, snapshot.tagged] : snapshot.value)
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  if (bytes.length > plan.maxBytes)
    throw new PickleError(`this takes more than maxBytes, which is ${plan.maxBytes}`, '$')
  MAGIC.copy(bytes)
  bytes[MAGIC.length] = (tagged ? FLAGS.tagged : 0) | HERE
  body.copy(bytes, HEADER_BYTES)
  bytes.writeUInt32LE(checksum(bytes), MAGIC.length + 1)
  return bytes
}

/** Of the flags too: without `tagged`, a value would come back as a pair. */
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

function read(payload: string | Uint8Array, plan: Plan): unknown {
  if (!types.isUint8Array(payload)) throw new UnpickleError('the payload is not bytes')
  if (payload.length > plan.maxBytes)
    throw new UnpickleError(`the payload is longer than maxBytes, which is ${plan.maxBytes}`)
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const flags = checkedFlags(bytes)
  try {
    const value = readBody(bytes.subarray(HEADER_BYTES))
    return flags & FLAGS.tagged ? raised(value, plan) : value
  } catch (error) {
    throw new UnpickleError(`the payload cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

function readBody(body: Buffer): unknown {
  if (!isV8) return deserialize(body)
  const reader = new Reader(body)
  reader.readHeader()
  const value: unknown = reader.readValue()
  return isOfAnotherRealm ? bringHome(value) : value
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
    throw new UnpickleError('the payload was written on a machine with another order of bytes')
  if (checksum(bytes) !== bytes.readUInt32LE(MAGIC.length + 1))
    throw new UnpickleError('the payload is damaged: its checksum is another')
  return flags
}

function raised(pair: unknown, plan: Plan): unknown {
  if (!Array.isArray(pair) || pair.length !== 2 || !Array.isArray(pair[1]))
    throw new TypeError('not a value with a list')
  const [value, list] = pair as [unknown, unknown[]]
  // A forged list may be four billion long, with nothing in it.
  if (Object.keys(list).length !== list.length) throw new TypeError('its list has holes')
  const tagged = new Set(list)
  for (const source of tagged) {
    if (!Array.isArray(source) || source.length !== 2 || typeof source[0] !== 'string')
      throw new TypeError('what stands for something else is a name and a payload')
  }
  return raise({ value, isTagged: (object) => tagged.has(object), holes: true }, plan.types)
}

type View = Buffer<ArrayBuffer> | DataView<ArrayBuffer> | Float64Array<ArrayBuffer>
const readView = (DefaultDeserializer.prototype as unknown as { _readHostObject: (this: DefaultDeserializer) => View })
  ._readHostObject

/** Node's reader gives views of the payload itself, which would change with it and keep all of it in memory. */
class Reader extends DefaultDeserializer {
  _readHostObject(): View {
    const view = readView.call(this)
    if (types.isDataView(view))
      return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength))
    return Buffer.isBuffer(view) ? Buffer.from(new Uint8Array(view).buffer) : view.slice()
  }
}
