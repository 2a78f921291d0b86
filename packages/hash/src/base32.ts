const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** Bytes in base32 (RFC 4648, section 6), lower case, without padding. */
export function base32(bytes: Iterable<number>): string {
  let letters = ''
  let buffered = 0
  let bits = 0
  for (const byte of bytes) {
    buffered = (buffered << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      letters += ALPHABET[(buffered >> bits) & 31]
    }
    buffered &= (1 << bits) - 1
  }
  return bits > 0 ? letters + ALPHABET[(buffered << (5 - bits)) & 31] : letters
}
