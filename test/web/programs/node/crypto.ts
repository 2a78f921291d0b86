import { Buffer } from 'buffer/'

export const randomBytes = (length: number) => {
  const bytes = Buffer.alloc(length)
  // A browser makes at most 65,536 at once.
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}
