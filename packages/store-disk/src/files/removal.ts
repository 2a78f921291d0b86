import { checkOwnFolder, makeOwnFolder } from '../folder/own-folder.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { errorCode } from './file-system.ts'
import type { FileStat } from './file-system-calls.ts'

/** What distinguishes a file from another one that has taken its place. */
export type FileMark = Pick<FileStat, 'dev' | 'ino' | 'mtimeMs' | 'size'>

/** Moves a file out of the way, under a name of its own. `undefined`: it is not there any more. */
export function moveOut(options: ResolvedOptions, path: string, folder: string, name: string): string | undefined {
  const aside = folder + name
  checkOwnFolder(options.fs, options.layout.work)
  checkOwnFolder(options.fs, folder)
  for (let attempt = 0; ; attempt++) {
    try {
      options.fs.renameSync(path, aside)
      return aside
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      if (attempt > 0 || options.fs.existsSync(folder)) return undefined
      makeOwnFolder(options, folder)
    }
  }
}

/** Puts a file back that should not have been moved, unless there is a newer one already. */
export function putBack(options: ResolvedOptions, aside: string, path: string): void {
  linkBack(options, aside, path)
  unlinkIfThere(options, aside)
}

/** As {@link putBack}, but the file stays under its other name as well. */
export function linkBack(options: ResolvedOptions, aside: string, path: string): void {
  try {
    options.fs.linkSync(aside, path)
  } catch {
    // There is a newer one. Or this file system has no links, as FAT: a rename might replace a newer one, and so it goes.
  }
}

/** `false`: it was not there. */
export function unlinkIfThere(options: ResolvedOptions, path: string): boolean {
  try {
    options.fs.unlinkSync(path)
    return true
  } catch (error) {
    // A file system that may only be read says so before it looks.
    const isGone = errorCode(error) === 'EROFS' && options.fs.lstatSync(path, { throwIfNoEntry: false }) === undefined
    if (isGone || errorCode(error) === 'ENOENT') return false
    throw error
  }
}

/** What cannot be removed stays as litter that a sweep takes. */
export function unlinkQuietly(options: ResolvedOptions, path: string): void {
  try {
    unlinkIfThere(options, path)
  } catch {}
}

/** Whether it is the same file, unchanged and unused since. */
export function isSameFile(one: FileMark, other: FileMark): boolean {
  return one.ino === other.ino && one.dev === other.dev && isAlike(one, other)
}

/** As {@link isSameFile}, on a file system that gives a file another number with another name. */
export function isAlike(one: FileMark, other: FileMark): boolean {
  return one.mtimeMs === other.mtimeMs && one.size === other.size
}
