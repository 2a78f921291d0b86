import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'

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

/** The files that are looked at, and the clock that their times are compared with. Tests inject their own. */
export interface FileSystem {
  /** Follows links. `undefined`: there is nothing, or it cannot be looked at. */
  stat(path: string): Stamp | undefined
  read(path: string): Uint8Array
  list(path: string): readonly Listed[]
  realpath(path: string): string
  /** Milliseconds since 1970. */
  now(): number
}

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
  read: (path) => readFileSync(path),
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
