import type { InputKind } from '@persist/core'
import type { Contents } from '../files/contents.ts'
import type { Stamp } from '../files/file-system.ts'
import { isInside, pathUnder } from '../files/place.ts'
import { stampText } from '../files/stamps.ts'

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

function hasStamp(stamp: Stamp, detail: string): boolean {
  return detail !== '-' && stampText(stamp) === detail
}
