import { bytesToString, utf8Bytes } from '@persist/platform'
import type { Entry } from '@persist/store'
import { payloadEncoding } from '@persist/store/kit'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import { associatedData, type Part } from './associated-data.ts'
import { type CodecSettings, ENCRYPTED, LARGE } from './codec-settings.ts'
import { codecOf } from './compression.ts'
import type { EncryptionKey } from './encryption-key.ts'
import { seal } from './sealing.ts'

/** Smaller payloads are stored as they are: a file takes a block of the disk, and a header costs more than is saved. */
const WORTH_COMPRESSING = 1024

/** An entry as it is stored. `mayWait`: a large payload is compressed beside the event loop. */
export function* encodeEntry(settings: CodecSettings, entry: Entry, mayWait: boolean): Steps<Entry> {
  const { compression, keys } = settings
  const { payload } = entry
  const isWorth = compression !== undefined && payload.length >= WORTH_COMPRESSING
  if (!isWorth && keys === undefined) return entry
  const plain = typeof payload === 'string' ? bytesOf(payload) : { codecs: [], bytes: payload }
  const compressed = isWorth ? yield* smaller(settings, plain.bytes, mayWait) : undefined
  if (compressed === undefined && keys === undefined) return entry
  const codecs = compressed === undefined ? plain.codecs : [...plain.codecs, compression!]
  const encoded = { ...entry, ...(codecs.length > 0 && { codecs }), payload: compressed ?? plain.bytes }
  return keys === undefined ? encoded : encryptEntry(settings, keys[0]!, encoded)
}

function bytesOf(payload: string): { readonly codecs: readonly string[]; readonly bytes: Uint8Array } {
  if (payloadEncoding(payload) === 'utf8') return { codecs: ['utf8'], bytes: utf8Bytes(payload) }
  const bytes = new Uint8Array(2 * payload.length)
  for (let at = 0; at < payload.length; at++) {
    const unit = payload.charCodeAt(at)
    bytes[2 * at] = unit & 0xff
    bytes[2 * at + 1] = unit >> 8
  }
  return { codecs: ['utf16le'], bytes }
}

/** The compressed bytes; `undefined` if they are not fewer, or if a reader would refuse to decompress them. */
function* smaller(
  { compression, maxBytes }: CodecSettings,
  bytes: Uint8Array,
  mayWait: boolean,
): Steps<Uint8Array | undefined> {
  if (bytes.byteLength > maxBytes) return undefined
  const codec = codecOf(compression!)!
  const isAsync = mayWait && bytes.byteLength >= LARGE
  const compressed = yield* wait(isAsync ? codec.compressAsync(bytes) : codec.compress(bytes))
  return compressed.byteLength < bytes.byteLength ? compressed : undefined
}

/** Encrypts an entry whose payload is bytes, and its stored key. */
export function encryptEntry(
  { namespace, random }: Pick<CodecSettings, 'namespace' | 'random'>,
  key: EncryptionKey,
  entry: Entry & { readonly payload: Uint8Array },
): Entry {
  const head = { ...entry, codecs: [...(entry.codecs ?? []), `${ENCRYPTED}${key.id}`] }
  const sealed = (part: Part, bytes: Uint8Array) => seal(bytes, associatedData(namespace, head, part), key, random)
  return {
    ...head,
    ...(entry.key !== undefined && { key: bytesToString(sealed('key', utf8Bytes(entry.key)), 'base64') }),
    payload: sealed('payload', entry.payload),
  }
}
