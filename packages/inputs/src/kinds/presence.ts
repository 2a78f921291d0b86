import type { InputKind } from '@persist/core'
import type { FileSystem, Stamp } from '../files/file-system.ts'
import { pathUnder } from '../files/place.ts'

/** Whether there is something, as `exists` sees it. */
export function presenceDigest(stamp: Stamp | undefined): string {
  return stamp === undefined ? 'absent' : 'present'
}

/** What `stat` returns of it, and nothing else. */
export function statDigest(stamp: Stamp | undefined): string {
  return stamp === undefined ? 'absent' : `${stamp.kind},${stamp.size},${stamp.mtimeMs}`
}

/** Something by what its stamp says. It is not opened. */
export function stampKind(fs: FileSystem, digestOf: (stamp: Stamp | undefined) => string): InputKind {
  return {
    isUnchanged(name, digest, _detail, root) {
      const path = pathUnder(root, name)
      return path !== undefined && digestOf(fs.stat(path)) === digest
    },
  }
}
