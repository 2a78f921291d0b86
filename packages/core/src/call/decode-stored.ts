import { CodecError } from '@persist/errors'
import type { Entry } from '@persist/store'
import { decodeEntry, isEncrypted } from '../codecs/decode.ts'
import { run } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { MissReason } from '../types/events.ts'

/** Why a stored entry cannot be decoded. */
export interface DecodingFailure {
  readonly reason: Extract<MissReason, 'key' | 'unencrypted' | 'unreadable'>
  readonly error: unknown
}

/** Whether there is nothing to decode: the payload is what the pickle gave, and need not be encrypted. */
export function isStoredAsIs({ codecs: { keys } }: Context, { codecs }: Entry): boolean {
  return codecs === undefined && keys === undefined
}

/** Decodes an entry, or says why that fails. `mayWait`: a large payload may be decompressed beside the event loop. */
export function decodeStored(
  { codecs: settings }: Context,
  entry: Entry,
  mayWait: boolean,
): Entry | DecodingFailure | PromiseLike<Entry | DecodingFailure> {
  // Otherwise a person who can write to the store could put results there without the key.
  if (settings.keys !== undefined && !isEncrypted(entry)) {
    return { reason: 'unencrypted', error: unencrypted(settings.namespace, entry) }
  }
  try {
    const decoded = run(decodeEntry(settings, entry, mayWait))
    return isThenable(decoded) ? decoded.then(undefined, failure) : decoded
  } catch (error) {
    return failure(error)
  }
}

function failure(error: unknown): DecodingFailure {
  return { reason: (error as CodecError).code === 'ERR_PERSIST_DECRYPT' ? 'key' : 'unreadable', error }
}

function unencrypted(namespace: string, { hash }: Entry): CodecError {
  return new CodecError(
    'ERR_PERSIST_CODEC',
    `the entry ${JSON.stringify(hash)} of ${namespace} is not encrypted, so it may be of anyone who can write to the store: it is replaced`,
    { codec: 'aes-256-gcm', namespace, hash },
  )
}
