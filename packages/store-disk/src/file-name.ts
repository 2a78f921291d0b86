import { HashError } from '@persist/errors'

const PLAIN = /^[A-Za-z0-9_-]{1,64}$/
const UNSAFE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}<>:"/\\|?*]|^[. ]|[. ]$/u
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i
const MOST_BYTES = 255

/** Throws `HashError` for a hash that cannot name a file on Linux, macOS and Windows. */
export function checkHash(hash: string, suffixBytes: number): void {
  if (PLAIN.test(hash) && !DEVICE.test(hash)) return
  if (hash === '') throw new HashError('An empty hash cannot name a file', hash)
  if (UNSAFE.test(hash)) throw new HashError(`The hash ${JSON.stringify(hash)} is no safe file name`, hash)
  if (DEVICE.test(hash)) throw new HashError(`The hash ${JSON.stringify(hash)} names a device on Windows`, hash)
  if (hash.normalize('NFC') !== hash)
    throw new HashError(`The hash ${JSON.stringify(hash)} is not in normal form C`, hash)
  if (Buffer.byteLength(hash) + suffixBytes > MOST_BYTES) {
    throw new HashError(`The hash ${JSON.stringify(hash.slice(0, 40))}… is too long for a file name`, hash)
  }
}
