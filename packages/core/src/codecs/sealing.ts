import { newBytes } from '@persist/platform'
import { derive, type EncryptionKey, requireCrypto } from './encryption-key.ts'

const CIPHER = 'aes-256-gcm'
const SALT_BYTES = 24
const TAG_BYTES = 16
const KEY_BYTES = 32
const NONCE_BYTES = 12
const INFO = 'persist aes-256-gcm 1'
/** A call of OpenSSL takes less than 2 GiB. */
const PIECE = 2 ** 30

/** Makes random bytes. Tests of the stored form give fixed ones. */
export type RandomBytes = (length: number) => Uint8Array

/**
 * Encrypts bytes by AES-256-GCM. Each sealing derives its own key and nonce from a random salt of 24 bytes, so that a key has
 * no limit on the number of entries: with random nonces of 12 bytes it would have one.
 */
export function seal(
  bytes: Uint8Array,
  associated: Uint8Array,
  key: EncryptionKey,
  random: RandomBytes = requireCrypto().randomBytes,
): Uint8Array {
  const salt = random(SALT_BYTES)
  const { cipherKey, nonce } = cipherOf(key, salt)
  const cipher = requireCrypto().createCipheriv(CIPHER, cipherKey, nonce)
  cipher.setAAD(associated)
  const sealed = newBytes(SALT_BYTES + bytes.byteLength + TAG_BYTES)
  sealed.set(salt)
  update(cipher, bytes, sealed, SALT_BYTES)
  cipher.final()
  sealed.set(cipher.getAuthTag(), SALT_BYTES + bytes.byteLength)
  return sealed
}

/** The inverse. Throws if one bit of anything differs: the bytes, the associated data or the key. */
export function unseal(sealed: Uint8Array, associated: Uint8Array, key: EncryptionKey): Uint8Array {
  const length = sealed.byteLength - SALT_BYTES - TAG_BYTES
  if (length < 0) throw new TypeError('it is shorter than any encrypted payload')
  const { cipherKey, nonce } = cipherOf(key, sealed.subarray(0, SALT_BYTES))
  const decipher = requireCrypto().createDecipheriv(CIPHER, cipherKey, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(SALT_BYTES + length))
  const bytes = newBytes(length)
  update(decipher, sealed.subarray(SALT_BYTES, SALT_BYTES + length), bytes, 0)
  decipher.final()
  return bytes
}

function cipherOf(key: EncryptionKey, salt: Uint8Array) {
  const derived = derive(key.bytes, INFO, salt, KEY_BYTES + NONCE_BYTES)
  return { cipherKey: derived.subarray(0, KEY_BYTES), nonce: derived.subarray(KEY_BYTES) }
}

function update(cipher: { update(piece: Uint8Array): Uint8Array }, from: Uint8Array, to: Uint8Array, at: number): void {
  for (let start = 0; start < from.byteLength; start += PIECE) {
    to.set(cipher.update(from.subarray(start, start + PIECE)), at + start)
  }
}
