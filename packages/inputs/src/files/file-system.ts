import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, type Stats, statSync } from 'node:fs'
import { digestOf, shortened } from './digest.ts'

/** What is known of a file or folder without reading it, as far as it is used here. */
export interface Stamp {
  readonly kind: 'file' | 'directory' | 'other'
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtimeMs: number
  /** Milliseconds since 1970; 0 where the file system has none. */
  readonly ctimeMs: number
  readonly ino: number
}

/** One name in a folder. */
export interface Listed {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
}

/** A file as it was read. */
export interface Content {
  readonly digest: string
  /** In bytes. */
  readonly size: number
}

/** The files that are looked at, and the clock that their times are compared with. Tests inject their own. */
export interface FileSystem {
  /** Follows links. `undefined`: there is nothing, or it cannot be looked at. */
  stat(path: string): Stamp | undefined
  /** Reads a file of any size. `size`: what its stamp says. */
  content(path: string, size: number): Content
  list(path: string): readonly Listed[]
  realpath(path: string): string
  /** Milliseconds since 1970. */
  now(): number
}

const PIECE_BYTES = 256 * 1024
/** A larger file is read in pieces: Node reads none of 2 GiB into a Buffer. */
const LARGE_BYTES = 1024 * 1024

const NO_ERROR = { throwIfNoEntry: false } as const

export const realFileSystem: FileSystem = {
  stat(path) {
    try {
      const stats = statSync(path, NO_ERROR)
      return stats === undefined ? undefined : stampOf(stats)
    } catch {
      return undefined
    }
  },
  content(path, stated) {
    if (stated < LARGE_BYTES) {
      const bytes = readFileSync(path)
      return { digest: digestOf(bytes), size: bytes.length }
    }
    const hash = createHash('sha256')
    const fd = openSync(path, 'r')
    let size = 0
    try {
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      for (let length = readSync(fd, piece); length > 0; length = readSync(fd, piece)) {
        hash.update(piece.subarray(0, length))
        size += length
      }
    } finally {
      closeSync(fd)
    }
    return { digest: shortened(hash.digest('base64url')), size }
  },
  list: (path) =>
    readdirSync(path, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: kindOf(entry) })),
  realpath: (path) => realpathSync.native(path),
  now: Date.now,
}

function stampOf(stats: Stats): Stamp {
  const { size, mtimeMs, ino } = stats
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
  // Older versions of Deno have no ctime.
  return { kind, size: kind === 'directory' ? 0 : size, mtimeMs, ctimeMs: stats.ctimeMs ?? 0, ino: ino ?? 0 }
}

/** The kind of a name in a folder. */
export function kindOf(entry: {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}): Listed['kind'] {
  if (entry.isFile()) return 'file'
  return entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other'
}
