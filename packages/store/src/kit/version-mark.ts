const CHARACTERS = 16
const MARK = new RegExp(`~[A-Za-z0-9_-]{${CHARACTERS}}$`)

/** The stored hash of an entry beside those of other versions. `digest` is the SHA-256 of the version, base64url. */
export function markedHash(hash: string, digest: string): string {
  return `${hash}~${digest.slice(0, CHARACTERS)}`
}

/** The hash without the mark of {@link markedHash}, if it has one. */
export function unmarkedHash(hash: string): string {
  return hash.replace(MARK, '')
}

/** Whether the hash has the mark of this version. */
export function hasMark(hash: string, digest: string): boolean {
  return hash.endsWith(markedHash('', digest))
}
