import { sha256 } from '@persist/hash'

/** 132 bits, in base64url. */
const CHARACTERS = 22

/** The digest of a string or of bytes, as inputs have it. */
export function digestOf(content: string | Uint8Array): string {
  return shortened(sha256(content))
}

/** As much as inputs have of a SHA-256 in base64url. */
export function shortened(sha: string): string {
  return sha.slice(0, CHARACTERS)
}
