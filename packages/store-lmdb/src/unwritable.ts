import { closeSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The error of a file that is on a file system which may only be read; `undefined` for any other, and for none. */
export function unwritable(dir: string): Error | undefined {
  const data = join(dir, 'data.mdb')
  try {
    // Deno's `access` does not know such a file system.
    if (statSync(data).isFile()) closeSync(openSync(data, 'r+'))
    return undefined
  } catch (error) {
    // Where only the rights are missing, LMDB could not note its readers, and writers of others would overwrite what it reads.
    return (error as NodeJS.ErrnoException).code === 'EROFS' ? (error as Error) : undefined
  }
}
