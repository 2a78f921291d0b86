import { OptionError } from '@persist/errors'
import { builtinModule, bytesToString, types, writeBase64 } from '@persist/platform'
import type { KeyMaterial } from '../types/options.ts'

type Crypto = typeof import('node:crypto')

/** A key with the name by which entries refer to it. */
export interface EncryptionKey {
  readonly id: string
  readonly bytes: Uint8Array
}

const KEY_BYTES = 32
const ID_BYTES = 8
const ID_INFO = 'persist key id'
const NO_SALT = new Uint8Array()
const FIRST_BLOCK = Uint8Array.of(1)
const HEX = /^[\da-f]{64}$/i
/** 32 bytes: 43 digits, and padding. */
const BASE64 = /^[\w+/-]{43}=?$/

/**
 * The keys of the option `encrypt`. Messages never contain a key.
 *
 * @throws OptionError if one of them is no key of 32 bytes, or if this runtime has no `node:crypto`.
 */
export function encryptionKeysOf(option: KeyMaterial | readonly KeyMaterial[]): readonly EncryptionKey[] {
  const keys = (Array.isArray(option) ? option : [option]).map((material) => {
    const bytes = bytesOf(material)
    return { id: bytesToString(derive(bytes, ID_INFO, NO_SALT, ID_BYTES), 'base64url'), bytes }
  })
  if (keys.length === 0) throw noKey('an empty array')
  return keys
}

/** `node:crypto`. Web Crypto has promises only. */
export function requireCrypto(): Crypto {
  const crypto = builtinModule('node:crypto') as Crypto | undefined
  if (typeof crypto?.createCipheriv === 'function') return crypto
  throw new OptionError('encrypt needs node:crypto, which this runtime lacks', { option: 'encrypt' })
}

/**
 * Up to 64 bytes derived from a key: the first block of HKDF-Expand with SHA-512 (RFC 5869, 2.3). A key of random bytes needs no
 * HKDF-Extract (3.3). One HMAC takes an eighth of the time of `hkdfSync`.
 */
export function derive(key: Uint8Array, info: string, salt: Uint8Array, length: number): Uint8Array {
  const hmac = requireCrypto().createHmac('sha512', key)
  return hmac.update(info).update(salt).update(FIRST_BLOCK).digest().subarray(0, length)
}

function bytesOf(material: unknown): Uint8Array {
  if (types.isUint8Array(material)) return checked(Uint8Array.prototype.slice.call(material), 'bytes')
  if (typeof material === 'string') return bytesInString(material)
  const { type, export: exported } = (material ?? {}) as { type?: unknown; export?: unknown }
  if (type !== 'secret' || typeof exported !== 'function') throw noKey(material === null ? 'null' : typeof material)
  return checked(new Uint8Array((material as { export(): Uint8Array }).export()), 'a KeyObject')
}

function bytesInString(string: string): Uint8Array {
  if (HEX.test(string)) return Uint8Array.from(string.match(/../g)!, (digits) => Number.parseInt(digits, 16))
  if (!BASE64.test(string)) throw noKey(`a string of ${string.length} characters`)
  const bytes = new Uint8Array(KEY_BYTES)
  writeBase64(bytes, string.replaceAll('-', '+').replaceAll('_', '/'))
  return bytes
}

function checked(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.byteLength === KEY_BYTES) return bytes
  throw noKey(`${what} of ${bytes.byteLength} bytes`)
}

function noKey(given: string): OptionError {
  return new OptionError(
    `encrypt takes keys of 32 random bytes (a Uint8Array, a KeyObject, or a string in base64 or hex), not ${given}; make one with: openssl rand -base64 32`,
    { option: 'encrypt' },
  )
}
