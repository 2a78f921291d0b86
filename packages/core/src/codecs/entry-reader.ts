import type { Entry, Head } from '@persist/store'
import { run } from '../concurrency/sync-or-async.ts'
import type { KeyMaterial } from '../types/options.ts'
import { DEFAULT_MAX_BYTES } from './codec-settings.ts'
import { type DecodeSettings, decodeEntry, decodeKey, decryptEntry, encryptionKeyOf, isEncrypted } from './decode.ts'
import { encryptEntry } from './encode.ts'
import { type EncryptionKey, encryptionKeysOf } from './encryption-key.ts'

/** What a tool knows of stored entries. */
export interface CodecOptions {
  /** The keys of the option `encrypt`. Default: none. */
  readonly encrypt?: KeyMaterial | readonly KeyMaterial[] | undefined
  /** The greatest size of a decompressed payload, in bytes. Default: 1 GiB. */
  readonly maxBytes?: number | undefined
}

/**
 * Decodes entries of any function. Entries that are stored as they are come back unchanged, so a tool can pass all of them.
 *
 * @throws OptionError if a key is no key.
 * @example
 * ```ts
 * const reader = new EntryReader({ encrypt: process.env.PERSIST_ENCRYPT || undefined })
 * for await (const entry of resolveStore('file://persist').open('double').entries()) {
 *   console.log(unpickle(reader.decode('double', entry).payload))
 * }
 * ```
 */
export class EntryReader {
  readonly #keys: readonly EncryptionKey[] | undefined
  readonly #maxBytes: number

  constructor({ encrypt, maxBytes = DEFAULT_MAX_BYTES }: CodecOptions = {}) {
    this.#keys = encrypt === undefined ? undefined : encryptionKeysOf(encrypt)
    this.#maxBytes = maxBytes
  }

  /**
   * The entry with the payload that the pickle gave, the stored key in clear, and without `codecs`.
   *
   * @throws CodecError
   */
  decode(funcname: string, entry: Entry): Entry {
    return run(decodeEntry(this.#settings(funcname), entry, false)) as Entry
  }

  /**
   * The stored key of a head in clear; `undefined` if it has none.
   *
   * @throws CodecError
   */
  decodeKey(funcname: string, head: Head): string | undefined {
    return decodeKey(this.#settings(funcname), head)
  }

  /**
   * The entry with some fields of its head changed. An encrypted one is encrypted again under the same key, since encryption
   * protects its head too.
   *
   * @throws CodecError
   */
  changeHead(funcname: string, entry: Entry, change: Partial<Omit<Head, 'key' | 'codecs'>>): Entry {
    if (!isEncrypted(entry)) return { ...entry, ...change }
    const settings = this.#settings(funcname)
    return encryptEntry(settings, encryptionKeyOf(settings, entry), { ...decryptEntry(settings, entry), ...change })
  }

  #settings(namespace: string): DecodeSettings {
    return { namespace, keys: this.#keys, maxBytes: this.#maxBytes }
  }
}
