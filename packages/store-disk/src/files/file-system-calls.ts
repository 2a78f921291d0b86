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
 * The part of `node:fs` that the store uses, all of it synchronous; `node:fs` itself fits. Give another one to watch it, or
 * to make its n-th call fail. Written out, so that programs need no types of Node.
 */
export interface FileSystem {
  closeSync(fd: number): void
  existsSync(path: string): boolean
  fstatSync(fd: number): FileStat
  fsyncSync(fd: number): void
  linkSync(from: string, to: string): void
  lstatSync(path: string): FileStat
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): FileStat | undefined
  lutimesSync(path: string, atime: number, mtime: number): void
  mkdirSync(path: string, options?: { readonly recursive?: boolean }): string | undefined
  opendirSync(path: string, options?: { readonly bufferSize?: number }): OpenFolder
  openSync(path: string, flags: number | string, mode?: number): number
  readdirSync(path: string): string[]
  readdirSync(path: string, options: { readonly withFileTypes: true }): FolderEntry[]
  readSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number | null): number
  renameSync(from: string, to: string): void
  statSync(path: string): FileStat
  statSync(path: string, options: { readonly throwIfNoEntry: false }): FileStat | undefined
  unlinkSync(path: string): void
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number, position?: number | null): number
}
