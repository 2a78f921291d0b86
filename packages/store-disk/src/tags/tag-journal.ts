import { APPEND_FLAGS, errorCode, makeFile, READ_FLAGS, writeFully } from '../files/file-system.ts'
import { openIfOwn } from '../files/own-file.ts'
import { unlinkQuietly } from '../files/removal.ts'
import { makeOwnFolder } from '../folder/own-folder.ts'
import type { Root } from '../folder/root.ts'
import { scratchName } from '../lease/token.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { HEADER_BYTES, type Header, names, newHeader, parseHeader, recordOf } from './journal-format.ts'

/** From here on a journal is replaced by a new one: some 10,000 deletions. */
const LONGEST = 256 * 1024
const ATTEMPTS = 20
const NONE = 'none'
const MARK = /^([A-Za-z0-9_-]{22})\.(\d{1,9})$/

/**
 * The order of a namespace's deletions by tag: a file that only grows. A mark is the journal's id and its length; what was
 * added after it was deleted since. Where a journal was replaced, the answer to older marks is that anything may have been deleted.
 */
export class TagJournal {
  readonly #options: ResolvedOptions
  readonly #root: Root
  readonly #path: string
  /** The journal whose header was read last. */
  #known: { readonly ino: number; readonly dev: number; readonly id: string } | undefined

  constructor(options: ResolvedOptions, root: Root, tag: string) {
    this.#options = options
    this.#root = root
    this.#path = options.layout.journal(tag)
  }

  /** One look at the file, when its header is known. */
  mark(): string {
    this.#root.check()
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stat = this.#options.fs.lstatSync(this.#path, { throwIfNoEntry: false })
      if (stat === undefined) return NONE
      // An inode may be another journal's by now. Then the mark has an id that is found nowhere: nothing is taken for safe.
      if (this.#known?.ino === stat.ino && this.#known.dev === stat.dev && stat.size <= 2 * LONGEST) {
        return `${this.#known.id}.${stat.size}`
      }
      const found = this.#learn()
      if (found !== undefined) return `${found.id}.${found.size}`
      this.#replace(newHeader(false))
    }
    throw this.#unsteady()
  }

  /** Adds a deletion to the end. */
  record(tag: string): void {
    const { fs } = this.#options
    this.#root.check()
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const fd = openIfOwn(this.#options.fs, this.#path, APPEND_FLAGS)
      if (fd === undefined) {
        if (this.#begin(recordOf(tag))) return
        continue
      }
      try {
        const { ino, dev, size } = fs.fstatSync(fd)
        if (size >= LONGEST || (this.#known?.ino !== ino && this.#learn() === undefined)) {
          this.#replace(newHeader(false) + recordOf(tag))
          return
        }
        writeFully(fs, fd, Buffer.from(recordOf(tag)))
        // If it was replaced meanwhile, no process reads what we added: once more. The inode is taken as long as it is open.
        const now = fs.lstatSync(this.#path, { throwIfNoEntry: false })
        if ((now?.ino === ino && now.dev === dev) || this.#hasAfter(size, tag)) return
      } finally {
        fs.closeSync(fd)
      }
    }
    throw this.#unsteady()
  }

  /** Whether one of the tags was recorded after the mark, or may have been. */
  hasDeleted(mark: string, tags: readonly string[]): boolean {
    const [, id, length] = MARK.exec(mark) ?? []
    if (id === undefined && mark !== NONE) return true
    // Opened, and not only looked at: on a network share that alone shows what others have added.
    const fd = openIfOwn(this.#options.fs, this.#path, READ_FLAGS)
    if (fd === undefined) return mark !== NONE
    try {
      const { ino, dev, size } = this.#options.fs.fstatSync(fd)
      if (size > 2 * LONGEST) return true
      const header = this.#headerIn(fd)
      if (header === undefined) return true
      this.#known = { ino, dev, id: header.id }
      if (mark === NONE) return !header.isFirst || names(this.#read(fd, 0, size).replace(/^.*\n/, ''), tags)
      if (header.id !== id || size < Number(length)) return true
      return size > Number(length) && names(this.#read(fd, Number(length), size), tags)
    } finally {
      this.#options.fs.closeSync(fd)
    }
  }

  /** Reads the header of the journal that is there now. `undefined`: there is none that can be read. */
  #learn(): (Header & { readonly size: number }) | undefined {
    const fd = openIfOwn(this.#options.fs, this.#path, READ_FLAGS)
    if (fd === undefined) return undefined
    try {
      const { ino, dev, size } = this.#options.fs.fstatSync(fd)
      const header = size <= 2 * LONGEST ? this.#headerIn(fd) : undefined
      if (header !== undefined) this.#known = { ino, dev, id: header.id }
      return header && { ...header, size }
    } finally {
      this.#options.fs.closeSync(fd)
    }
  }

  /** Whether the journal that is there now names a tag after so many bytes: some file systems give a file several inodes. */
  #hasAfter(length: number, tag: string): boolean {
    const fd = openIfOwn(this.#options.fs, this.#path, READ_FLAGS)
    if (fd === undefined) return false
    try {
      const { size } = this.#options.fs.fstatSync(fd)
      return size > length && size <= 2 * LONGEST && this.#read(fd, length, size).includes(recordOf(tag))
    } finally {
      this.#options.fs.closeSync(fd)
    }
  }

  #headerIn(fd: number): Header | undefined {
    return parseHeader(this.#read(fd, 0, HEADER_BYTES))
  }

  #read(fd: number, from: number, to: number): string {
    const bytes = Buffer.alloc(to - from)
    return bytes.toString('latin1', 0, this.#options.fs.readSync(fd, bytes, 0, bytes.length, from))
  }

  /** Makes the first journal. `false`: there is one by now. */
  #begin(record: string): boolean {
    const { fs } = this.#options
    const there = fs.lstatSync(this.#path, { throwIfNoEntry: false })
    if (there !== undefined) {
      // With a second name it is not written into: that may be a backup's, or its maker's who is not done yet.
      if (there.nlink === 1 && this.#learn() !== undefined) return false
      this.#replace(newHeader(false) + record)
      return true
    }
    return this.#withFile(newHeader(true) + record, (aside) => {
      try {
        fs.linkSync(aside, this.#path)
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return false
        // A file system without links, as FAT: another one may come between, so that this is not surely the first.
        this.#replace(newHeader(false) + record)
      }
      return true
    })
  }

  /** Whatever is in the journal's place goes; a link itself, and not what it leads to. */
  #replace(text: string): void {
    this.#withFile(text, (aside) => this.#options.fs.renameSync(aside, this.#path))
  }

  #withFile<T>(text: string, act: (aside: string) => T): T {
    const { fs, layout } = this.#options
    this.#root.make()
    makeOwnFolder(this.#options, layout.scratch)
    const aside = layout.scratch + scratchName()
    try {
      makeFile(fs, aside, (fd) => writeFully(fs, fd, Buffer.from(text)))
      return act(aside)
    } finally {
      unlinkQuietly(this.#options, aside)
    }
  }

  #unsteady(): Error {
    return Object.assign(new Error(`EBUSY: ${this.#path} is replaced again and again`), { code: 'EBUSY' })
  }
}
