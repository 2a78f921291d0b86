import { APPEND_FLAGS, makeFile, READ_FLAGS, writeFully } from '../files/file-system.ts'
import { openIfOwn } from '../files/own-file.ts'
import { unlinkIfThere } from '../files/removal.ts'
import { makeOwnFolder } from '../folder/own-folder.ts'
import { scratchName } from '../lease/token.ts'
import type { ResolvedOptions } from '../resolved-options.ts'

/** How much the entries of a namespace take. */
export interface Usage {
  readonly entries: number
  readonly bytes: number
}

const LONGEST = 16 * 1024
const LINE = /^([=+])(-?\d{1,15}) (-?\d{1,15})$/

/**
 * What the writers of a bounded namespace believe it takes, so that one that lives for a single write knows too: a line
 * `=entries bytes`, then a line `+entries bytes` for every change, appended by its writer. An estimate: a killed
 * writer's last lines are missing until a writer that has seen all entries starts it again.
 */
export class UsageFile {
  readonly #options: ResolvedOptions
  readonly #path: string

  constructor(options: ResolvedOptions, namespaceId: string) {
    this.#options = options
    this.#path = options.layout.usageFile(namespaceId)
  }

  /** `undefined`: no writer has counted yet. */
  read(): Usage | undefined {
    const text = this.#text()
    if (text === undefined) return undefined
    let entries = 0
    let bytes = 0
    for (const line of text.split('\n')) {
      const match = LINE.exec(line)
      if (match === null) continue
      const fresh = match[1] === '='
      entries = Number(match[2]) + (fresh ? 0 : entries)
      bytes = Number(match[3]) + (fresh ? 0 : bytes)
    }
    const usage = { entries: Math.max(0, entries), bytes: Math.max(0, bytes) }
    if (text.length > LONGEST / 2) this.start(usage)
    return usage
  }

  /** Notes a change. Does nothing where no writer has counted. */
  add({ entries, bytes }: Usage): void {
    const { fs } = this.#options
    const fd = openIfOwn(this.#options.fs, this.#path, APPEND_FLAGS)
    if (fd === undefined) return
    try {
      writeFully(fs, fd, Buffer.from(`+${entries} ${bytes}\n`))
    } finally {
      fs.closeSync(fd)
    }
  }

  /** Starts again with this count. */
  start({ entries, bytes }: Usage): void {
    const { fs, layout } = this.#options
    makeOwnFolder(this.#options, layout.scratch)
    const path = layout.scratch + scratchName()
    try {
      makeFile(fs, path, (fd) => writeFully(fs, fd, Buffer.from(`=${entries} ${bytes}\n`)))
      fs.renameSync(path, this.#path)
    } catch (error) {
      unlinkIfThere(this.#options, path)
      throw error
    }
  }

  /** Whether any writer has counted. */
  exists(): boolean {
    return this.#options.fs.existsSync(this.#path)
  }

  #text(): string | undefined {
    const { fs } = this.#options
    const fd = openIfOwn(this.#options.fs, this.#path, READ_FLAGS)
    if (fd === undefined) return undefined
    try {
      const bytes = Buffer.alloc(2 * LONGEST)
      return bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, bytes.length, 0))
    } finally {
      fs.closeSync(fd)
    }
  }
}
