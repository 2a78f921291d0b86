import { dirname } from 'node:path'
import { digestOf } from '../../src/files/digest.ts'
import type { FileSystem, Stamp } from '../../src/files/file-system.ts'
import type { ManifestFolder } from '../../src/manifest/manifest-folder.ts'

interface FakeFile {
  readonly bytes: Uint8Array
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
  readonly size?: number
}

/** How long one tick of the clock of the file system is. */
const TICK_MS = 10
/** 1980, the first year of ZIP files. */
const IMAGE_MS = 315_532_800_000

/** Files in memory, with a clock that only `advance` moves, and times as coarse as those of real file systems. */
export class FakeFiles implements FileSystem {
  readonly #files = new Map<string, FakeFile>()
  readonly #folders = new Map<string, { mtimeMs: number; readonly ino: number }>()
  #now = 1_800_000_000_120
  #nodes = 1
  /** How many files were read. */
  reads = 0
  /** Called before each reading. */
  beforeRead: (path: string) => void = () => {}

  advance(ms: number): void {
    this.#now += ms
  }

  /** Writes in place, as editors and `>` do; `replace` makes another file and renames it. */
  write(path: string, text: string, { replace = false }: { readonly replace?: boolean } = {}): void {
    const known = this.#files.get(path)
    const ino = replace || known === undefined ? this.#nodes++ : known.ino
    if (replace || known === undefined) this.#touchFolder(dirname(path))
    this.#files.set(path, { bytes: Buffer.from(text), mtimeMs: this.#tick(), ctimeMs: this.#tick(), ino })
  }

  /** A file of an image, such as one of squashfs, whose maker sets all times to one second. */
  mount(path: string, text: string): void {
    const ino = this.#files.get(path)?.ino ?? this.#nodes++
    this.#files.set(path, { bytes: Buffer.from(text), mtimeMs: IMAGE_MS, ctimeMs: IMAGE_MS, ino })
  }

  remove(path: string): void {
    if (this.#files.delete(path)) this.#touchFolder(dirname(path))
  }

  /** `utimes`: nothing can set ctime. */
  setTime(path: string, mtimeMs: number): void {
    const file = this.#files.get(path)
    if (file !== undefined) this.#files.set(path, { ...file, mtimeMs, ctimeMs: this.#tick() })
  }

  /** As if there was more in the file. */
  setSize(path: string, size: number): void {
    const file = this.#files.get(path)
    if (file !== undefined) this.#files.set(path, { ...file, size })
  }

  timeOf(path: string): number | undefined {
    return this.#files.get(path)?.mtimeMs
  }

  stat(path: string): Stamp | undefined {
    const file = this.#files.get(path)
    if (file !== undefined) {
      return { size: file.bytes.length, isFile: () => true, isDirectory: () => false, ...file }
    }
    const folder = this.#folders.get(path)
    const { mtimeMs, ino } = folder ?? {}
    if (mtimeMs === undefined || ino === undefined) return undefined
    return { mtimeMs, ctimeMs: mtimeMs, size: 0, ino, isFile: () => false, isDirectory: () => true }
  }

  lstat(path: string): Stamp | undefined {
    return this.stat(path)
  }

  read(path: string): Uint8Array {
    this.beforeRead(path)
    this.reads++
    const file = this.#files.get(path)
    if (file === undefined) throw new Error(`ENOENT: ${path}`)
    return file.bytes
  }

  digest(path: string): string {
    return digestOf(this.read(path))
  }

  list(path: string): string[] {
    const inside = [...this.#files.keys(), ...this.#folders.keys()].filter(
      (one) => dirname(one) === path && one !== path,
    )
    return inside.map((one) => one.slice(path.length + 1))
  }

  realpath(path: string): string {
    return path
  }

  now(): number {
    return this.#now
  }

  #tick(): number {
    return Math.floor(this.#now / TICK_MS) * TICK_MS
  }

  #touchFolder(path: string): void {
    const known = this.#folders.get(path)
    if (known === undefined && dirname(path) !== path) this.#touchFolder(dirname(path))
    this.#folders.set(path, { mtimeMs: this.#tick(), ino: known?.ino ?? this.#nodes++ })
  }
}

/** Manifests in memory, which every reader of a test shares as processes share a folder. */
export class FakeManifests implements ManifestFolder {
  readonly texts = new Map<string, string>()

  read(name: string): string | undefined {
    return this.texts.get(name)
  }

  write(name: string, text: string): void {
    this.texts.set(name, text)
  }
}
