import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'

/** What `stat` knows of a file or folder, as far as it is used here. */
export interface Stamp {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly mtimeMs: number
  /** 0 where the file system has none. */
  readonly ctimeMs: number
  readonly size: number
  readonly ino: number
}

/** The files that are looked at, and the clock that their times are compared with. Tests inject their own. */
export interface FileSystem {
  /** Follows links. `undefined`: there is nothing, or it cannot be read. */
  stat(path: string): Stamp | undefined
  /** Does not follow links. */
  lstat(path: string): Stamp | undefined
  read(path: string): Uint8Array
  /** The names in a folder; a folder that cannot be read has none. */
  list(path: string): readonly string[]
  realpath(path: string): string
  /** Milliseconds since 1970. */
  now(): number
}

export const realFileSystem: FileSystem = {
  stat: (path) => stampOf(statSync, path),
  lstat: (path) => stampOf(lstatSync, path),
  read: (path) => readFileSync(path),
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

type StatFunction = (path: string, options: { throwIfNoEntry: false }) => Stats | undefined

function stampOf(stat: StatFunction, path: string): Stamp | undefined {
  let stats: Stats | undefined
  try {
    stats = stat(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
  if (stats === undefined) return undefined
  const { mtimeMs, size, ino } = stats
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'other'
  // Older versions of Deno have no ctime.
  return { kind, mtimeMs, ctimeMs: stats.ctimeMs ?? 0, size, ino: ino ?? 0 }
}
