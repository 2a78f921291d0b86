import { constants } from 'node:fs'
import { errorCode, type FileSystem } from './file-system.ts'

/**
 * Opens a file of the store's own (a token, a usage file, a journal) as carefully as an entry: a symbolic link is not followed,
 * a FIFO is not waited for, and what is no regular file, or has a second name elsewhere, is not written into.
 */
export function openOwn(fs: FileSystem, path: string, flags: number): number {
  const fd = fs.openSync(path, flags)
  let refused = true
  try {
    const stat = fs.fstatSync(fd)
    const isShared = (flags & constants.O_WRONLY) !== 0 && stat.nlink > 1
    refused = !stat.isFile() || isShared
  } finally {
    if (refused) fs.closeSync(fd)
  }
  if (refused) throw notOwn(path)
  return fd
}

/** As {@link openOwn}. `undefined`: nothing is there, or no file of the store's own, which is to be replaced. */
export function openIfOwn(fs: FileSystem, path: string, flags: number): number | undefined {
  try {
    return openOwn(fs, path, flags)
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || isNotOwn(error)) return undefined
    throw error
  }
}

/** Whether opening a file failed because something else than a file of our own is there. */
function isNotOwn(error: unknown): boolean {
  return ODD.has(errorCode(error) ?? '')
}

const ODD = new Set(['EINVAL', 'ELOOP', 'EMLINK', 'EISDIR', 'ENXIO', 'ENODEV', 'EAGAIN'])

function notOwn(path: string): Error {
  return Object.assign(new Error(`EINVAL: ${path} is not a regular file of its own`), { code: 'EINVAL' })
}
