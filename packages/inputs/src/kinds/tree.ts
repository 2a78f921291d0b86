import type { InputKind } from '@persist/core'
import type { FileSystem, Listed } from '../files/file-system.ts'
import { listingDigest } from '../files/listing.ts'
import { isInside, pathUnder } from '../files/place.ts'

/** A folder by the names in it and in all folders below. No stamp stands for that. */
export function treeKind(fs: FileSystem): InputKind {
  return {
    isUnchanged(name, digest, _detail, root) {
      const path = pathUnder(root, name)
      if (path === undefined || fs.stat(path)?.kind !== 'directory' || !isInside(path, root, fs)) return false
      return listingDigest([...namesBelow(fs, path)]) === digest
    },
  }
}

/** The names below a folder, as paths from it with `/`. Does not follow links. */
export function* namesBelow(fs: FileSystem, folder: string, before = ''): Generator<Listed> {
  for (const { name, kind } of fs.list(folder)) {
    yield { name: `${before}${name}`, kind }
    if (kind === 'directory') yield* namesBelow(fs, `${folder}/${name}`, `${before}${name}/`)
  }
}
