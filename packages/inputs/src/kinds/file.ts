import type { InputKind } from '@persist/core'
import { setBounded } from '../files/bounded-map.ts'
import type { Contents } from '../files/contents.ts'
import type { Stamp } from '../files/file-system.ts'
import { isInside, pathUnder } from '../files/place.ts'
import { areEqual, stampText } from '../files/stamps.ts'

/** A file by its content, or a folder by the names in it. The detail is the stamp that stands for the digest. */
export function contentKind(kind: 'file' | 'directory', contents: Contents): InputKind {
  const { fs } = contents
  return {
    isUnchanged(name, digest, detail, root) {
      const path = pathUnder(root, name)
      const stamp = path === undefined ? undefined : fs.stat(path)
      if (stamp?.kind !== kind) return false
      if (hasStamp(stamp, detail)) return true
      return isInside(path!, root, fs) && contents.digest(path!, kind, stamp) === digest
    },
  }
}

const MOST_KNOWN = 10_000
/** Stamps by their text: to compare numbers takes a tenth of the time of writing them. */
const known = new Map<string, Stamp>()

function hasStamp(stamp: Stamp, detail: string): boolean {
  if (detail === '-') return false
  const same = known.get(detail)
  if (same !== undefined && areEqual(same, stamp)) return true
  if (stampText(stamp) !== detail) return false
  setBounded(known, detail, stamp, MOST_KNOWN)
  return true
}
