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

/**
 * Returns the file's bytes, or only the first of them. `undefined`: the file does not exist. `'odd'`: the path cannot be
 * an entry, because it is a symbolic link, a FIFO, a folder, a device or a file of 2 GiB or more. Throws other failures.
 */
export function readFile(fs: FileSystem, path: string, part: 'all' | 'start' = 'all'): FileBytes | 'odd' | undefined {
  let fd: number
  const { stackTraceLimit } = Error
  // A miss is not a failure: nothing reads its stack trace, which takes three times as long as the miss itself.
  if (CAN_LIMIT) Error.stackTraceLimit = 0
  try {
    fd = fs.openSync(path, READ_FLAGS)
  } catch (error) {
    return judgeFailure(error)
  } finally {
    if (CAN_LIMIT) Error.stackTraceLimit = stackTraceLimit
  }
  try {
    // An explicit position makes a file without positions, such as a FIFO, fail at once. It could block otherwise.
    const length = fs.readSync(fd, shared, 0, shared.length, 0)
    return length === shared.length ? readLarge(fs, fd, part) : { buffer: shared, length, size: length, isOwn: false }
  } catch (error) {
    return judgeFailure(error)
  } finally {
    fs.closeSync(fd)
  }
}

function readLarge(fs: FileSystem, fd: number, part: 'all' | 'start'): FileBytes | 'odd' {
  const stat = fs.fstatSync(fd)
  if (!stat.isFile() || stat.size > LARGEST_FILE) return 'odd'
  if (part === 'start') return { buffer: shared, length: shared.length, size: stat.size, isOwn: false }
  const buffer = Buffer.allocUnsafeSlow(stat.size)
  let length = shared.copy(buffer)
  while (length < buffer.length) {
    const read = fs.readSync(fd, buffer, length, buffer.length - length, length)
    if (read === 0) break
    length += read
  }
  return { buffer, length, size: length, isOwn: true }
}

function judgeFailure(error: unknown): 'odd' | undefined {
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
