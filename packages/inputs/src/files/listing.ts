import { digestOf } from './digest.ts'
import type { Listed } from './file-system.ts'

/** The digest of the names in a folder, with the kind of each. */
export function listingDigest(listed: readonly Listed[]): string {
  return digestOf(JSON.stringify(listed.map(({ name, kind }) => [name, kind]).sort(byName)))
}

function byName([a]: readonly string[], [b]: readonly string[]): number {
  return a! < b! ? -1 : 1
}
