import { promises, statSync as statNow } from 'node:fs'
import type { Stamp } from '../files/file-system.ts'
import { presenceDigest, statDigest } from '../kinds/presence.ts'
import { type PathLike, Read } from './record.ts'

/** What is known of a file or folder: the parts of the `Stats` of `node:fs` that a later call can verify. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other'
  /** In bytes; 0 for a folder. */
  readonly size: number
  /** When its content changed, in milliseconds since 1970. It differs between copies of a project. */
  readonly mtimeMs: number
}

/**
 * The facts of a file or folder, links followed. In a function with `trace: true` they become an input of the result.
 *
 * @throws the error of `node:fs` if it is not there.
 */
export async function stat(path: PathLike): Promise<FileFacts> {
  const read = new Read(path)
  const { stamp } = read
  if (stamp !== undefined) return factsOf(read, stamp)
  return read.until(async () => {
    throw read.failed(await promises.stat(read.path).then(vanished, (error) => error))
  })
}

/** The facts of a file or folder, links followed. They are recorded as by {@link stat}. */
export function statSync(path: PathLike): FileFacts {
  const read = new Read(path)
  const { stamp } = read
  if (stamp !== undefined) return factsOf(read, stamp)
  let error: unknown
  try {
    statNow(read.path)
    error = vanished()
  } catch (thrown) {
    error = thrown
  }
  throw read.failed(error)
}

/**
 * Whether there is a file or folder. In a function with `trace: true` the answer becomes an input of the result, so a file
 * that appears is noticed.
 */
export async function exists(path: PathLike): Promise<boolean> {
  return existsSync(path)
}

/** Whether there is a file or folder. It is recorded as by {@link exists}. */
export function existsSync(path: PathLike): boolean {
  const read = new Read(path)
  const { stamp } = read
  read.saw('exists', presenceDigest(stamp))
  return stamp !== undefined
}

function factsOf(read: Read, stamp: Stamp): FileFacts {
  read.saw('stat', statDigest(stamp))
  const { kind, size, mtimeMs } = stamp
  return { kind, size, mtimeMs }
}

/** The file has appeared between two looks at it. */
function vanished(): Error {
  return Object.assign(new Error('the file changed while it was looked at'), { code: 'EAGAIN' })
}
