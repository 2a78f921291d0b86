import { sha256 } from '@persist/hash'

/** 132 bits, in base64url. */
const CHARACTERS = 22

/** The digest of a string or of bytes, as inputs have it. */
export function digestOf(content: string | Uint8Array): string {
  return sha256(content).slice(0, CHARACTERS)
}
