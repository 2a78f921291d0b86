import { CodecError } from '@persist/errors'
import { newBytes, utf8String, writeBase64 } from '@persist/platform'
import type { Entry, Head } from '@persist/store'
import { decodePayload } from '@persist/store/kit'
import { type Steps, wait } from '../concurrency/sync-or-async.ts'
import { associatedData, type Part } from './associated-data.ts'
import { type CodecSettings, ENCRYPTED, LARGE } from './codec-settings.ts'
import { type Compression, codecOf, isCompression } from './compression.ts'
import type { EncryptionKey } from './encryption-key.ts'
import { unseal } from './sealing.ts'

/** Before encryption. More would only make a reader work. */
const MOST_STEPS = 2

/** What a reader knows. */
export type DecodeSettings = Pick<CodecSettings, 'namespace' | 'keys' | 'maxBytes'>

/**
 * The entry as it was before {@link encodeEntry}. `mayWait`: a large payload is decompressed beside the event loop.
 *
 * @throws CodecError
 */
export function* decodeEntry(settings: DecodeSettings, entry: Entry, mayWait: boolean): Steps<Entry> {
  const { codecs = [], ...decrypted } = isEncrypted(entry) ? decryptEntry(settings, entry) : entry
  if (codecs.length > MOST_STEPS) throw damaged(settings, entry, codecs[0]!, `it names ${codecs.length} codecs`)
  let { payload } = decrypted
  for (const step of [...codecs].reverse()) {
    if (typeof payload === 'string') throw damaged(settings, entry, step, 'its payload is no bytes')
    payload = isCompression(step)
      ? yield* decompressed(settings, entry, step, payload, mayWait)
      : stringOf(settings, entry, step, payload)
  }
  return { ...decrypted, payload }
}

/** Whether the last step was encryption. No entry has it elsewhere. */
export function isEncrypted({ codecs }: Head): boolean {
  return codecs?.at(-1)?.startsWith(ENCRYPTED) === true
}

/**
 * The entry as it was before it was encrypted.
 *
 * @throws CodecError
 */
export function decryptEntry(settings: DecodeSettings, entry: Entry): Entry & { readonly payload: Uint8Array } {
  const step = entry.codecs!.at(-1)!
  const { payload, key } = entry
  if (typeof payload === 'string') throw damaged(settings, entry, step, 'its payload is no bytes')
  const used = encryptionKeyOf(settings, entry)
  return {
    ...entry,
    codecs: entry.codecs!.slice(0, -1),
    payload: opened(settings, entry, used, 'payload', payload),
    ...(key !== undefined && { key: decryptedKey(settings, entry, used, key) }),
  }
}

/**
 * The stored key of a head in clear; `undefined` if there is none.
 *
 * @throws CodecError
 */
export function decodeKey(settings: DecodeSettings, head: Head): string | undefined {
  if (head.key === undefined || !isEncrypted(head)) return head.key
  return decryptedKey(settings, head, encryptionKeyOf(settings, head), head.key)
}

/**
 * The key of an encrypted entry.
 *
 * @throws CodecError if it is not among those given.
 */
export function encryptionKeyOf({ namespace, keys }: DecodeSettings, { hash, codecs }: Head): EncryptionKey {
  const step = codecs!.at(-1)!
  const id = step.slice(ENCRYPTED.length)
  const key = keys?.find((one) => one.id === id)
  if (key !== undefined) return key
  const given = keys === undefined ? 'no key is given' : `the keys given are ${keys.map((one) => one.id).join(', ')}`
  throw new CodecError(
    'ERR_PERSIST_DECRYPT',
    `the entry ${JSON.stringify(hash)} of ${namespace} is encrypted under the key ${JSON.stringify(id)}, and ${given}`,
    { codec: step, namespace, hash },
  )
}

function opened(settings: DecodeSettings, head: Head, key: EncryptionKey, part: Part, sealed: Uint8Array): Uint8Array {
  try {
    return unseal(sealed, associatedData(settings.namespace, head, part), key)
  } catch (error) {
    const reason = 'it is not what was encrypted with this key for this call, so it is damaged, forged or moved'
    throw damaged(settings, head, head.codecs!.at(-1)!, reason, error)
  }
}

function decryptedKey(settings: DecodeSettings, head: Head, used: EncryptionKey, key: string): string {
  const sealed = newBytes(Math.floor((key.length * 3) / 4))
  const written = writeBase64(sealed, key)
  return utf8String(opened(settings, head, used, 'key', sealed.subarray(0, written)))
}

function* decompressed(
  settings: DecodeSettings,
  head: Head,
  compression: Compression,
  bytes: Uint8Array,
  mayWait: boolean,
): Steps<Uint8Array> {
  const { maxBytes } = settings
  const codec = codecOf(compression)
  if (codec === undefined) throw unsupported(settings, head, compression, 'this runtime lacks the codec')
  try {
    const isAsync = mayWait && bytes.byteLength >= LARGE
    return yield* wait(isAsync ? codec.decompressAsync(bytes, maxBytes) : codec.decompress(bytes, maxBytes))
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw unsupported(settings, head, compression, `it has more than ${maxBytes} bytes (maxBytes)`, error)
    }
    throw damaged(settings, head, compression, (error as Error).message, error)
  }
}

function stringOf(settings: DecodeSettings, head: Head, step: string, bytes: Uint8Array): Entry['payload'] {
  if (step !== 'utf8' && step !== 'utf16le') throw unsupported(settings, head, step, 'this version knows no such codec')
  const string = decodePayload(bytes, step)
  if (string === undefined) throw damaged(settings, head, step, 'its bytes are no string')
  return string
}

/** The error for a payload that another reader could decode. */
function unsupported(settings: DecodeSettings, head: Head, codec: string, reason: string, cause?: unknown): CodecError {
  return codecError('ERR_PERSIST_CODEC', settings, head, codec, reason, cause)
}

/** The error for a payload that no reader can decode. */
function damaged(settings: DecodeSettings, head: Head, codec: string, reason: string, cause?: unknown): CodecError {
  return codecError('ERR_PERSIST_ENTRY_DAMAGED', settings, head, codec, reason, cause)
}

function codecError(
  code: 'ERR_PERSIST_CODEC' | 'ERR_PERSIST_ENTRY_DAMAGED',
  { namespace }: DecodeSettings,
  { hash }: Head,
  codec: string,
  reason: string,
  cause: unknown,
): CodecError {
  const message = `the entry ${JSON.stringify(hash)} of ${namespace} cannot be decoded (${codec}): ${reason}`
  return new CodecError(code, message, { codec, namespace, hash }, { cause })
}
