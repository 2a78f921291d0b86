import { digestOf } from '../../src/files/digest.ts'
import type { Content, FileSystem, Listed, Stamp } from '../../src/files/file-system.ts'

/** How long one tick of the clock of the file system is. */
const TICK_MS = 10

/** 1980, the first year of ZIP files. */
const IMAGE_MS = 315_532_800_000

/** Files in memory, with a clock that only `advance` moves, and times as coarse as those of real file systems. */
export class FakeFiles implements FileSystem {
  readonly #files = new Map<string, { text: string; mtimeMs: number; ctimeMs: number; ino: number }>()
  readonly #folders = new Map<string, { mtimeMs: number; ino: number }>()
  readonly #links = new Map<string, string>()
  #now = 1_800_000_000_120
  #nodes = 1
  /** The paths that were opened. */
  readonly opened: string[] = []

  advance(ms: number): void {
    this.#now += ms
  }

  /** Writes in place, as editors and `>` do; `replace` makes another file and renames it. */
  write(path: string, text: string, { replace = false }: { readonly replace?: boolean } = {}): void {
    const known = this.#files.get(path)
    if (known === undefined || replace) this.#touchFolder(path)
    const ino = known === undefined || replace ? this.#nodes++ : known.ino
    this.#files.set(path, { text, mtimeMs: this.#tick(), ctimeMs: this.#tick(), ino })
  }

  /** A file of an image, such as one of squashfs, whose maker sets all times to one second. */
  mount(path: string, text: string): void {
    this.#files.set(path, { text, mtimeMs: IMAGE_MS, ctimeMs: IMAGE_MS, ino: 2 })
  }

  remove(path: string): void {
    if (this.#files.delete(path)) this.#touchFolder(path)
  }

  link(path: string, target: string): void {
    this.#links.set(path, target)
  }

  /** Sets the time of the content, as `touch -d` does. The other time cannot be set. */
  setTime(path: string, mtimeMs: number): void {
    Object.assign(this.#files.get(path)!, { mtimeMs, ctimeMs: this.#tick() })
  }

  stat(path: string): Stamp | undefined {
    const real = this.realpath(path)
    const file = this.#files.get(real)
    if (file !== undefined) {
      const { text, mtimeMs, ctimeMs, ino } = file
      return { kind: 'file', size: text.length, mtimeMs, ctimeMs, ino }
    }
    const folder = this.#folders.get(real)
    return folder && { kind: 'directory', size: 0, mtimeMs: folder.mtimeMs, ctimeMs: folder.mtimeMs, ino: folder.ino }
  }

  content(path: string): Content {
    this.opened.push(path)
    const { text } = this.#files.get(this.realpath(path))!
    return { digest: digestOf(text), size: text.length }
  }

  list(path: string): readonly Listed[] {
    this.opened.push(path)
    return [...this.#files.keys()]
      .filter((file) => folderOf(file) === path)
      .map((file) => ({ name: file.slice(path.length + 1), kind: 'file' }))
  }

  realpath(path: string): string {
    for (const [link, target] of this.#links) {
      if (path === link || path.startsWith(`${link}/`)) return target + path.slice(link.length)
    }
    return path
  }

  now(): number {
    return this.#now
  }

  #touchFolder(path: string): void {
    const folder = folderOf(path)
    const ino = this.#folders.get(folder)?.ino ?? this.#nodes++
    this.#folders.set(folder, { mtimeMs: this.#tick(), ino })
  }

  #tick(): number {
    return this.#now - (this.#now % TICK_MS)
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
