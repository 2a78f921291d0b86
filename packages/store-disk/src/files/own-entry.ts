import { ENTRY_SUFFIX } from '../folder/layout.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { READ_FLAGS } from './file-system.ts'
import { openOwn } from './own-file.ts'

/** The name of a file for a hash as core makes it, which no other program gives. */
const DEFAULT_NAME = /^[A-Za-z0-9_-]{43}(?:~[A-Za-z0-9_-]{16})?\.entry$/
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
  if (!isNamedAsEntry(name)) return false
  if (DEFAULT_NAME.test(name)) return true
  try {
    const fd = openOwn(fs, folder + name, READ_FLAGS)
    try {
      return fs.readSync(fd, opening, 0, opening.length, 0) === opening.length && opening.toString('latin1') === OPENING
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    return false
  }
}
