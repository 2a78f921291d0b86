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

/** A text that is compressed and encrypted has this many. More would only make a reader work. */
const MOST_STEPS = 3

/** What a reader knows. */
export type DecodeSettings = Pick<CodecSettings, 'namespace' | 'keys' | 'maxBytes'>

/**
 * The entry as it was before {@link encodeEntry}. `mayWait`: a large payload is decompressed beside the event loop.
 *
 * @throws CodecError
 */
export function* decodeEntry(settings: DecodeSettings, entry: Entry, mayWait: boolean): Steps<Entry> {
  const { codecs: _, ...plain } = entry
  const steps = [...(entry.codecs ?? [])].reverse()
  if (steps.length > MOST_STEPS) throw codecError(settings, entry, steps[0]!, `it names ${steps.length} codecs`)
  let payload = entry.payload
  let key: Pick<Entry, 'key'> = {}
  for (const step of steps) {
    if (typeof payload === 'string') throw codecError(settings, entry, step, 'its payload is no bytes')
    if (step.startsWith(ENCRYPTED)) {
      const used = keyOf(settings, entry, step)
      payload = opened(settings, entry, step, used, 'payload', payload)
      if (entry.key !== undefined) key = { key: decryptedKey(settings, entry, step, used, entry.key) }
    } else if (isCompression(step)) payload = yield* decompressed(settings, entry, step, payload, mayWait)
    else payload = stringOf(settings, entry, step, payload)
  }
  return { ...plain, ...key, payload }
}

/** The stored key of a head in clear; `undefined` if there is none. Throws as {@link decodeEntry} does. */
export function decodeKey(settings: DecodeSettings, head: Head): string | undefined {
  const step = head.codecs?.find((name) => name.startsWith(ENCRYPTED))
  if (head.key === undefined || step === undefined) return head.key
  return decryptedKey(settings, head, step, keyOf(settings, head, step), head.key)
}

function keyOf({ namespace, keys }: DecodeSettings, { hash }: Head, step: string): EncryptionKey {
  const id = step.slice(ENCRYPTED.length)
  const key = keys?.find((one) => one.id === id)
  if (key !== undefined) return key
  const given = keys === undefined ? 'none is given' : `given are ${keys.map((one) => one.id).join(', ')}`
  throw new CodecError(
    'ERR_PERSIST_DECRYPT',
    `the entry ${JSON.stringify(hash)} of ${namespace} is encrypted under the key ${JSON.stringify(id)}, and ${given}: give its key to encrypt as well, or delete the entry`,
    { codec: step, namespace, hash },
  )
}

function opened(
  settings: DecodeSettings,
  head: Head,
  step: string,
  key: EncryptionKey,
  part: Part,
  sealed: Uint8Array,
): Uint8Array {
  try {
    return unseal(sealed, associatedData(settings.namespace, head, part), key)
  } catch (error) {
    const reason = 'it is not what was encrypted with this key for this call: it is damaged, forged or moved'
    throw codecError(settings, head, step, reason, error)
  }
}

function decryptedKey(settings: DecodeSettings, head: Head, step: string, used: EncryptionKey, key: string): string {
  const sealed = newBytes(Math.floor((key.length * 3) / 4))
  const written = writeBase64(sealed, key)
  return utf8String(opened(settings, head, step, used, 'key', sealed.subarray(0, written)))
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
  if (codec === undefined) throw codecError(settings, head, compression, 'this runtime lacks the codec')
  try {
    const isAsync = mayWait && bytes.byteLength >= LARGE
    return yield* wait(isAsync ? codec.decompressAsync(bytes, maxBytes) : codec.decompress(bytes, maxBytes))
  } catch (error) {
    const isTooLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    const reason = isTooLarge ? `it has more than ${maxBytes} bytes (maxBytes)` : (error as Error).message
    throw codecError(settings, head, compression, reason, error)
  }
}

function stringOf(settings: DecodeSettings, head: Head, step: string, bytes: Uint8Array): Entry['payload'] {
  if (step !== 'utf8' && step !== 'utf16le') throw codecError(settings, head, step, 'this version knows no such codec')
  const string = decodePayload(bytes, step)
  if (string === undefined) throw codecError(settings, head, step, 'its bytes are no string')
  return string
}

function codecError(
  { namespace }: DecodeSettings,
  { hash }: Head,
  codec: string,
  reason: string,
  cause?: unknown,
): CodecError {
  return new CodecError(
    'ERR_PERSIST_CODEC',
    `the entry ${JSON.stringify(hash)} of ${namespace} cannot be decoded (${codec}): ${reason}`,
    { codec, namespace, hash },
    { cause },
  )
}
