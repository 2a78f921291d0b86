/** What a file is, as far as the store asks. */
export interface FileStat {
  readonly dev: number
  readonly ino: number
  readonly nlink: number
  readonly size: number
  readonly atimeMs: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** One name in a folder. */
export interface FolderEntry {
  readonly name: string
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** A folder that is being read. */
export interface OpenFolder {
  readSync(): FolderEntry | null
  closeSync(): void
}

/**
 * The part of `node:fs` that the store uses, synchronous but for `read`; `node:fs` itself fits. Give another one to watch it, or
 * to make its n-th call fail. Written out, so that programs need no types of Node.
 */
export interface FileSystem {
  /** As `closeSync` of `node:fs`. */
  closeSync(fd: number): void
  /** As `existsSync` of `node:fs`. */
  existsSync(path: string): boolean
  /** As `fstatSync` of `node:fs`. */
  fstatSync(fd: number): FileStat
  /** As `fsyncSync` of `node:fs`. */
  fsyncSync(fd: number): void
  /** As `ftruncateSync` of `node:fs`. */
  ftruncateSync(fd: number, length: number): void
  /** As `linkSync` of `node:fs`. */
  linkSync(from: string, to: string): void
  /** As `lstatSync` of `node:fs`. */
  lstatSync(path: string): FileStat
  /** As `lstatSync` of `node:fs`. */
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): FileStat | undefined
  /** As `lutimesSync` of `node:fs`. */
  lutimesSync(path: string, atime: number, mtime: number): void
  /** As `mkdirSync` of `node:fs`. */
  mkdirSync(path: string, options?: { readonly recursive?: boolean }): string | undefined
  /** As `opendirSync` of `node:fs`. */
  opendirSync(path: string, options?: { readonly bufferSize?: number }): OpenFolder
  /** As `openSync` of `node:fs`. */
  openSync(path: string, flags: number | string, mode?: number): number
  /** As `read` of `node:fs`: reads large entries of async functions. Default: they are read by `readSync`. */
  read?(
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
    callback: (error: Error | null, bytesRead: number) => void,
  ): void
  /** As `readdirSync` of `node:fs`. */
  readdirSync(path: string): string[]
  /** As `readdirSync` of `node:fs`. */
  readdirSync(path: string, options: { readonly withFileTypes: true }): FolderEntry[]
  /** As `readSync` of `node:fs`. */
  readSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number | null): number
  /** As `renameSync` of `node:fs`. */
  renameSync(from: string, to: string): void
  /** As `statSync` of `node:fs`. */
  statSync(path: string): FileStat
  /** As `statSync` of `node:fs`. */
  statSync(path: string, options: { readonly throwIfNoEntry: false }): FileStat | undefined
  /** As `unlinkSync` of `node:fs`. */
  unlinkSync(path: string): void
  /** As `writeSync` of `node:fs`. */
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number, position?: number | null): number
}
