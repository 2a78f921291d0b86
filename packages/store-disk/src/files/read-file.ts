import { errorCode, type FileSystem, READ_FLAGS } from './file-system.ts'

/** Bytes of a file: the first `length` of `buffer`, valid until the next file is read. */
export interface FileBytes {
  readonly buffer: Buffer
  readonly length: number
  /** Of the file in all. */
  readonly size: number
}

const MOST_BYTES = 0x7fff_ffff
const shared = Buffer.allocUnsafeSlow(64 * 1024)

/** `false` where the built-in objects are frozen. */
const CAN_LIMIT = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true

/**
 * The file's bytes, or only the first of them. `undefined`: there is no such file. `'odd'`: there is what no entry can
 * be: a symbolic link, a FIFO, a folder, a device. Other failures are thrown.
 */
export function readFile(fs: FileSystem, path: string, part: 'all' | 'start' = 'all'): FileBytes | 'odd' | undefined {
  let fd: number
  const { stackTraceLimit } = Error
  // A miss is no failure: its stack trace is thrown away, and takes three times as long as the miss itself.
  if (CAN_LIMIT) Error.stackTraceLimit = 0
  try {
    fd = fs.openSync(path, READ_FLAGS)
  } catch (error) {
    return judgeFailure(error)
  } finally {
    if (CAN_LIMIT) Error.stackTraceLimit = stackTraceLimit
  }
  try {
    // At position 0, not at the current one: what has no positions, as a FIFO, is refused without waiting.
    const length = fs.readSync(fd, shared, 0, shared.length, 0)
    return length === shared.length ? readLarge(fs, fd, part) : { buffer: shared, length, size: length }
  } catch (error) {
    return judgeFailure(error)
  } finally {
    fs.closeSync(fd)
  }
}

function readLarge(fs: FileSystem, fd: number, part: 'all' | 'start'): FileBytes | 'odd' {
  const stat = fs.fstatSync(fd)
  if (!stat.isFile() || stat.size > MOST_BYTES) return 'odd'
  if (part === 'start') return { buffer: shared, length: shared.length, size: stat.size }
  const buffer = Buffer.allocUnsafeSlow(stat.size)
  let length = shared.copy(buffer)
  while (length < buffer.length) {
    const read = fs.readSync(fd, buffer, length, buffer.length - length, length)
    if (read === 0) break
    length += read
  }
  return { buffer, length, size: length }
}

function judgeFailure(error: unknown): 'odd' | undefined {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ESTALE': // NFS: it was replaced meanwhile
      return undefined
    case 'ELOOP':
    case 'EMLINK': // what FreeBSD says for ELOOP
    case 'EISDIR':
    case 'ESPIPE':
    case 'ENXIO': // a socket
    case 'EAGAIN':
      return 'odd'
    default:
      throw error
  }
}
