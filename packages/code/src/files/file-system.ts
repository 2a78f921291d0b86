import { createHash } from 'node:crypto'
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { shortened } from './digest.ts'

/** What `stat` knows of a file or folder, as far as it is used here. */
export interface Stamp extends Pick<Stats, 'mtimeMs' | 'size' | 'ino'> {
  /** Older versions of Deno have none. */
  readonly ctimeMs: number | null
  isFile(): boolean
  isDirectory(): boolean
}

/** The files that are looked at, and the clock that their times are compared with. Tests inject their own. */
export interface FileSystem {
  /** Follows links. `undefined`: there is nothing, or it cannot be read. */
  stat(path: string): Stamp | undefined
  /** Does not follow links. */
  lstat(path: string): Stamp | undefined
  read(path: string): Uint8Array
  /** The digest of the bytes of a file of any size. */
  digest(path: string): string
  /** The names in a folder; a folder that cannot be read has none. */
  list(path: string): readonly string[]
  realpath(path: string): string
  /** Milliseconds since 1970. */
  now(): number
}

const PIECE_BYTES = 256 * 1024

const NO_ERROR = { throwIfNoEntry: false } as const

export const realFileSystem: FileSystem = {
  stat: (path) => stampOf(statSync, path),
  lstat: (path) => stampOf(lstatSync, path),
  read: (path) => readFileSync(path),
  digest: (path) => {
    const hash = createHash('sha256')
    const piece = Buffer.allocUnsafe(PIECE_BYTES)
    const fd = openSync(path, 'r')
    try {
      for (let length = -1; length !== 0; ) {
        length = readSync(fd, piece)
        hash.update(piece.subarray(0, length))
      }
    } finally {
      closeSync(fd)
    }
    return shortened(hash.digest('base64url'))
  },
  list: (path) => {
    try {
      return readdirSync(path)
    } catch {
      return []
    }
  },
  realpath: (path) => {
    try {
      return realpathSync.native(path)
    } catch {
      return path
    }
  },
  now: Date.now,
}

type StatFunction = (path: string, options: typeof NO_ERROR) => Stats | undefined

function stampOf(stat: StatFunction, path: string): Stamp | undefined {
  try {
    return stat(path, NO_ERROR)
  } catch {
    return undefined
  }
}
