import type { Compression } from './compression.ts'
import type { EncryptionKey } from './encryption-key.ts'
import type { RandomBytes } from './sealing.ts'

/** How one function's payloads are stored. */
export interface CodecSettings {
  readonly namespace: string
  readonly compression: Compression | undefined
  /** The first encrypts, all decrypt. */
  readonly keys: readonly EncryptionKey[] | undefined
  /** The greatest size of a decompressed payload, in bytes. */
  readonly maxBytes: number
  /** Makes the salts. */
  readonly random?: RandomBytes
}

/** Decompresses no more than this many bytes, unless `maxBytes` says otherwise. */
export const DEFAULT_MAX_BYTES = 2 ** 30

/** Payloads of this size are compressed and decompressed beside the event loop, where a call may wait. */
export const LARGE = 64 * 1024

/** The name of encryption among the codecs of an entry: then comes the id of the key. */
export const ENCRYPTED = 'aes-256-gcm:'
