import * as nodeFs from 'node:fs'
import type { FileSystem } from './file-system-calls.ts'

export type { FileSystem } from './file-system-calls.ts'

const { constants } = nodeFs

/** Never through a symbolic link, and never waiting for a FIFO's other end. Windows has neither flag. */
const CAREFULLY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
export const READ_FLAGS = constants.O_RDONLY | CAREFULLY
/** A new file; fails if there is anything by that name, even a dangling link. */
export const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
/** The file that is there. No O_TRUNC: on ext4 that makes `close` wait for the disk. */
export const REWRITE_FLAGS = constants.O_WRONLY | CAREFULLY
/** The end of the file that is there. */
export const APPEND_FLAGS = constants.O_WRONLY | constants.O_APPEND | CAREFULLY

/** `node:fs` itself. */
export const realFileSystem: FileSystem = nodeFs

/**
 * A file system with other forms of some calls. It defines them, since most runtimes refuse to assign what a module namespace
 * such as `node:fs` has.
 */
export function withCalls(fs: FileSystem, calls: Partial<FileSystem>): FileSystem {
  return Object.create(fs, Object.getOwnPropertyDescriptors(calls)) as FileSystem
}

/** The `code` of a failed call, as in `ENOENT`. Deno's error for a missing permission has none: it counts as `EACCES`. */
export function errorCode(error: unknown): string | undefined {
  const { code, name } = (error ?? {}) as NodeJS.ErrnoException
  return code ?? (name === 'NotCapable' ? 'EACCES' : undefined)
}

/** Makes a file that is not there yet (fails with EEXIST if it is), and closes it when `fill` has done with it. */
export function makeFile<T>(fs: FileSystem, path: string, fill: (fd: number) => T): T {
  const fd = fs.openSync(path, CREATE_FLAGS, 0o666)
  try {
    return fill(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** Closes a file into which nothing was written: a failure says nothing then, and the descriptor is free all the same. */
export function closeQuietly(fs: FileSystem, fd: number): void {
  try {
    fs.closeSync(fd)
  } catch {}
}

/**
 * Writes all of it: one `write` may take less than it is given, on a disk that is nearly full.
 *
 * @param position where in the file. Default: where the last write has ended.
 */
export function writeFully(fs: FileSystem, fd: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done
    const written = fs.writeSync(fd, bytes, done, bytes.length - done, at)
    if (written === 0) throw Object.assign(new Error('ENOSPC: a write took nothing'), { code: 'ENOSPC' })
    done += written
  }
}
