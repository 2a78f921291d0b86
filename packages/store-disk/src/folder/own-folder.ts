import type { FileSystem } from '../files/file-system.ts'
import type { FileStat } from '../files/file-system-calls.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { makeFolders } from './make-folders.ts'

/** Whether a folder of the store's own is one, and not a link that leads elsewhere. `path` may end in a separator. */
export function isOwnFolder(fs: FileSystem, path: string): boolean {
  return fs.lstatSync(withoutEnd(path), { throwIfNoEntry: false })?.isDirectory() === true
}

/** Throws where a link, or anything else, is in the place of a folder of the store's own. Returns what the folder is, if it is there. */
export function checkOwnFolder(fs: FileSystem, path: string): FileStat | undefined {
  const stat = fs.lstatSync(withoutEnd(path), { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isDirectory()) throw notFolder(withoutEnd(path))
  return stat
}

/** Makes a folder among those of what is under way; never through a link. */
export function makeOwnFolder({ fs, layout }: Pick<ResolvedOptions, 'fs' | 'layout'>, folder: string): void {
  for (const path of folder === layout.work ? [layout.work] : [layout.work, folder]) {
    makeFolders(fs, path)
    checkOwnFolder(fs, path)
  }
}

/** The error for what is no folder of the store's own. */
export function notFolder(path: string): Error {
  return Object.assign(new Error(`ENOTDIR: ${path} is not a folder of its own`), { code: 'ENOTDIR' })
}

/** With a separator at its end a path means what a link leads to. */
function withoutEnd(path: string): string {
  return path.length > 1 ? path.replace(/[/\\]$/, '') : path
}
