import { OptionError } from '@persist/errors'
import { identity } from '@persist/key'
import { pathOf } from '../files/place.ts'
import { stampText } from '../files/stamps.ts'
import { Read, recordFolder } from '../read/record.ts'
import { contents, files, noteKeyRead } from '../tracing.ts'

/** An argument that counts as the content of a file. */
export interface FileArgument {
  /** The absolute path. */
  readonly path: string
  /** The path, so that `String(argument)` can be passed to other libraries. */
  toString(): string
}

/**
 * A file as an argument: two are equal when their contents are equal, wherever the files are. The function gets the object
 * and reads its `path`. If the file changes while the function runs, the result is not stored.
 *
 * Each call looks at the file, and reads it if it may have changed. A call with a file that is missing throws a `KeyError`.
 *
 * @example
 * ```ts
 * const words = persist(async (text: FileArgument) => (await readFile(text, 'utf8')).split(/\s+/).length, { funcname: 'words' })
 * const inOneFile = () => words(file('a.txt'))
 * ```
 */
export function file(path: string | URL): FileArgument {
  return new ContentOfFile(checkedPath(path))
}

/** The absolute path of an argument. */
export function checkedPath(path: string | URL): string {
  if (!(path instanceof URL) && (typeof path !== 'string' || path === '')) {
    throw new OptionError('file and directory take a path or a URL', { option: 'path' })
  }
  recordFolder(path)
  return pathOf(path)
}

/** What was read, for a trace also if that fails. */
export function digestOrFail<T>(read: Read, look: () => T): T {
  try {
    return look()
  } catch (error) {
    throw read.failed(error)
  }
}

class ContentOfFile implements FileArgument {
  // For messages and logs: the build shortens names.
  static readonly name = 'FileArgument'

  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  toString(): string {
    return this.path
  }

  [identity](): unknown {
    const { path } = this
    // A traced function that makes a call with this argument depends on the content too.
    const read = new Read(this)
    const { stamp } = read
    const digest = digestOrFail(read, () => contents.digest(path, 'file', stamp))
    if (stamp === undefined || digest === undefined) {
      read.sawNothing()
      throw new Error(`there is no file ${path}`)
    }
    read.saw('file', digest)
    const isUnchanged = () => {
      const now = files.stat(path)
      return now !== undefined && stampText(now) === stampText(stamp) && contents.digest(path, 'file', now) === digest
    }
    noteKeyRead({ kind: 'file', name: path, digest, isUnchanged })
    return ['@persist/inputs file', digest]
  }
}
