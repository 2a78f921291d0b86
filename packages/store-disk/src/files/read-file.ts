import { LARGEST_FILE } from '../format/largest-entry.ts'
import { errorCode, type FileSystem, READ_FLAGS } from './file-system.ts'

/** Bytes of a file: the first `length` of `buffer`. */
export interface FileBytes {
  readonly buffer: Buffer
  readonly length: number
  /** The size of the whole file. */
  readonly size: number
  /** No other file is read into the buffer. `false`: it is valid until the next file is read. */
  readonly isOwn: boolean
}

const shared = Buffer.allocUnsafeSlow(64 * 1024)

/** `false` if the built-in objects are frozen. */
const CAN_LIMIT = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true

/** How much of a file to read: all of it, only the first bytes, or all of it unless it has more than {@link LARGE_FILE}. */
export type FilePart = 'all' | 'start' | 'all unless large'

/** Reading so many bytes takes longer than going to the thread pool and back. */
export const LARGE_FILE = 1024 * 1024

/**
 * Returns the file's bytes, or only the first of them. `undefined`: the file does not exist. `'odd'`: the path cannot be
 * an entry, because it is a symbolic link, a FIFO, a folder, a device or a file of 2 GiB or more. Throws other failures.
 */
export function readFile(fs: FileSystem, path: string, part: FilePart = 'all'): FileBytes | 'odd' | undefined {
  const fd = openFile(fs, path)
  if (typeof fd !== 'number') return fd
  try {
    const start = readStart(fs, fd)
    if (start === 'odd' || start.length === start.size || part === 'start') return start
    return part === 'all' || start.size <= LARGE_FILE ? readRest(fs, fd, start) : start
  } catch (error) {
    return judgeFailure(error)
  } finally {
    fs.closeSync(fd)
  }
}

/** Opens a file to read it. `undefined` and `'odd'` as {@link readFile} returns them. */
export function openFile(fs: FileSystem, path: string): number | 'odd' | undefined {
  const { stackTraceLimit } = Error
  // A miss is not a failure: nothing reads its stack trace, which takes three times as long as the miss itself.
  if (CAN_LIMIT) Error.stackTraceLimit = 0
  try {
    return fs.openSync(path, READ_FLAGS)
  } catch (error) {
    return judgeFailure(error)
  } finally {
    if (CAN_LIMIT) Error.stackTraceLimit = stackTraceLimit
  }
}

/** The first bytes of an open file, which are all of a small one. */
export function readStart(fs: FileSystem, fd: number): FileBytes | 'odd' {
  // An explicit position makes a file without positions, such as a FIFO, fail at once. It could block otherwise.
  const length = fs.readSync(fd, shared, 0, shared.length, 0)
  if (length < shared.length) return { buffer: shared, length, size: length, isOwn: false }
  const stat = fs.fstatSync(fd)
  if (!stat.isFile() || stat.size > LARGEST_FILE) return 'odd'
  return { buffer: shared, length, size: Math.max(stat.size, length), isOwn: false }
}

function readRest(fs: FileSystem, fd: number, start: FileBytes): FileBytes {
  const buffer = Buffer.allocUnsafeSlow(start.size)
  let length = start.buffer.copy(buffer, 0, 0, start.length)
  while (length < buffer.length) {
    const read = fs.readSync(fd, buffer, length, buffer.length - length, length)
    if (read === 0) break
    length += read
  }
  return { buffer, length, size: length, isOwn: true }
}

/** What a failure to open or read a file means for its reader. Throws those that {@link readFile} throws. */
export function judgeFailure(error: unknown): 'odd' | undefined {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ESTALE': // NFS: the file was replaced meanwhile
      return undefined
    case 'ELOOP':
    case 'EMLINK': // ELOOP on FreeBSD
    case 'EISDIR':
    case 'ESPIPE':
    case 'ENXIO': // a socket
    case 'EAGAIN':
      return 'odd'
    default:
      throw error
  }
}
