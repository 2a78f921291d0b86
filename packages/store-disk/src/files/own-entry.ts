import { basename } from 'node:path'
import { ENTRY_SUFFIX } from '../folder/layout.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { closeQuietly, type FileSystem, READ_FLAGS } from './file-system.ts'
import { openOwn } from './own-file.ts'

/**
 * The name of a file for a hash as core makes it, which no other program gives: also with the mark of a version, and then the
 * digits that stand for its capital letters.
 */
const DEFAULT_NAME = /^[A-Za-z0-9_-]{43}(?:~[A-Za-z0-9_-]{16}){0,2}\.entry$/
const OPENING = '{"persist":'
const opening = Buffer.alloc(OPENING.length)

/** Whether a file in a function's folder may be an entry by its name; {@link isOwnEntry} looks into it. */
export function isNamedAsEntry(name: string): boolean {
  return name.endsWith(ENTRY_SUFFIX)
}

/**
 * Whether a file in a function's folder is an entry that we have written, whole or damaged: it begins like one, or has the
 * name that only a default hash has. Any other file is foreign: neither counted nor moved, and never deleted.
 */
export function isOwnEntry({ fs }: ResolvedOptions, folder: string, name: string): boolean {
  return isNamedAsEntry(name) && (DEFAULT_NAME.test(name) || startOf(fs, folder + name) === OPENING)
}

/** As {@link isOwnEntry}, but throws for a regular file that cannot be read: it may be an entry. */
export function isSurelyOwnEntry({ fs }: ResolvedOptions, folder: string, name: string): boolean {
  if (!isNamedAsEntry(name)) return false
  if (DEFAULT_NAME.test(name)) return true
  try {
    return readOpening(fs, folder + name) === OPENING
  } catch (error) {
    if (fs.lstatSync(folder + name, { throwIfNoEntry: false })?.isFile()) throw error
    return false
  }
}

/**
 * Whether another program's file is in the very place of an entry, which one's own `hash` may name. `false` also for a file
 * that cannot be read.
 */
export function isForeign({ fs }: ResolvedOptions, path: string): boolean {
  if (DEFAULT_NAME.test(basename(path))) return false
  const start = startOf(fs, path)
  return start !== undefined && start !== OPENING
}

/** As {@link isForeign}, but `true` for what cannot be read, such as a link: it is not to be lost, whosever it is. */
export function mayBeForeign({ fs }: ResolvedOptions, path: string): boolean {
  if (DEFAULT_NAME.test(basename(path))) return false
  const start = startOf(fs, path)
  return start === undefined ? fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined : start !== OPENING
}

/** The first bytes of a file; `undefined`: there is no regular file, or it cannot be read. */
function startOf(fs: FileSystem, path: string): string | undefined {
  try {
    return readOpening(fs, path)
  } catch {
    return undefined
  }
}

function readOpening(fs: FileSystem, path: string): string {
  const fd = openOwn(fs, path, READ_FLAGS)
  try {
    return opening.toString('latin1', 0, fs.readSync(fd, opening, 0, opening.length, 0))
  } finally {
    closeQuietly(fs, fd)
  }
}
