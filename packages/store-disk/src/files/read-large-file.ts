import type { RunningSum } from '../format/integrity.ts'
import type { FileSystem } from './file-system.ts'
import { type FileBytes, judgeFailure, openFile, readStart } from './read-file.ts'

/** The sum of so many bytes takes about a millisecond, in which nothing else runs. */
const PIECE = 4 * 1024 * 1024
/** So many files of large entries are open at once: a process may open only so many, and Node reads four at a time. */
const MOST_OPEN = 32

let open = 0
const waiting: (() => void)[] = []

/** Whether a file system can read without blocking the thread. */
export function canReadAsync(fs: FileSystem): boolean {
  // On Windows a file that is open cannot be replaced, and a writer of this thread would wait for its own event loop.
  return fs.read !== undefined && process.platform !== 'win32'
}

/**
 * As `readFile`, but the thread goes on while the file is read. `sum` gets the bytes from `sumStart` on as they come, a piece
 * at a time.
 */
export async function readLargeFile(
  fs: FileSystem,
  path: string,
  sum: RunningSum,
  sumStart: number,
): Promise<FileBytes | 'odd' | undefined> {
  if (open < MOST_OPEN) open++
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await readNow(fs, path, sum, sumStart)
  } finally {
    const next = waiting.shift()
    if (next === undefined) open--
    else next()
  }
}

async function readNow(
  fs: FileSystem,
  path: string,
  sum: RunningSum,
  sumStart: number,
): Promise<FileBytes | 'odd' | undefined> {
  const fd = openFile(fs, path)
  if (typeof fd !== 'number') return fd
  try {
    const start = readStart(fs, fd)
    if (start === 'odd') return start
    const buffer = Buffer.allocUnsafeSlow(start.size)
    let length = start.buffer.copy(buffer, 0, 0, start.length)
    sum.add(buffer.subarray(Math.min(sumStart, length), length))
    while (length < buffer.length) {
      const read = await readInto(fs, fd, buffer, length, Math.min(PIECE, buffer.length - length))
      if (read === 0) break
      sum.add(buffer.subarray(length, length + read))
      length += read
    }
    return { buffer, length, size: length, isOwn: true }
  } catch (error) {
    return judgeFailure(error)
  } finally {
    fs.closeSync(fd)
  }
}

function readInto(fs: FileSystem, fd: number, buffer: Buffer, at: number, length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read!(fd, buffer, at, length, at, (error, read) => (error ? reject(error) : resolve(read)))
  })
}
