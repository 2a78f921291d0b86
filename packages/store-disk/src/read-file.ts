import { errorCode, type FileSystem, READ_FLAGS } from './file-system.ts'

/** Bytes of a file: the first `length` of `buffer`, valid until the next file is read. */
export interface FileBytes {
  readonly buffer: Buffer
  readonly length: number
}

const MOST_BYTES = 0x7fff_ffff
const shared = Buffer.allocUnsafeSlow(64 * 1024)
const small: { buffer: Buffer; length: number } = { buffer: shared, length: 0 }

/**
 * The file's bytes. `undefined`: there is none. `'odd'`: there is something that no entry can be: a symbolic link, a
 * FIFO, a folder, a device. Other failures are thrown.
 */
export function readFile(fs: FileSystem, path: string): FileBytes | 'odd' | undefined {
  let fd: number
  try {
    fd = fs.openSync(path, READ_FLAGS)
  } catch (error) {
    return judgeFailure(error)
  }
  try {
    // At position 0, not at the current one: what cannot be positioned, as a FIFO, is refused without waiting.
    const length = fs.readSync(fd, shared, 0, shared.length, 0)
    if (length === shared.length) return readLarge(fs, fd)
    small.length = length
    return small
  } catch (error) {
    return judgeFailure(error)
  } finally {
    fs.closeSync(fd)
  }
}

function readLarge(fs: FileSystem, fd: number): FileBytes | 'odd' {
  const stat = fs.fstatSync(fd)
  if (!stat.isFile() || stat.size > MOST_BYTES) return 'odd'
  const buffer = Buffer.allocUnsafeSlow(stat.size)
  let length = shared.copy(buffer)
  while (length < buffer.length) {
    const read = fs.readSync(fd, buffer, length, buffer.length - length, length)
    if (read === 0) break
    length += read
  }
  return { buffer, length }
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
