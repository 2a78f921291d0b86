import { basename } from 'node:path'
import { StoreError } from '@persist/errors'
import type { Entry, OpenOptions } from '@persist/store'
import { decodeEntry, encodeEntry, type Unreadable } from './entry-format.ts'
import { told } from './failure.ts'
import { errorCode, writeFully } from './file-system.ts'
import { ENTRY_SUFFIX } from './layout.ts'
import type { NamespaceFolder } from './namespace-folder.ts'
import type { Plan } from './plan.ts'
import { readFile } from './read-file.ts'
import { uniqueName } from './token.ts'

const ATTEMPTS = 6
const MOST_REPORTED = 1000

/** The entries of one namespace, as files. */
export class EntryFiles {
  readonly plan: Plan
  readonly folder: NamespaceFolder
  readonly namespace: string
  readonly #report: OpenOptions['report']
  readonly #reported = new Set<string>()
  #missed = false

  constructor(plan: Plan, folder: NamespaceFolder, namespace: string, report: OpenOptions['report']) {
    this.plan = plan
    this.folder = folder
    this.namespace = namespace
    this.#report = report
  }

  /** The entry by this hash. What is damaged is reported, once, and moved out of the way. */
  read(hash: string): Entry | undefined {
    const folder = this.folder.path ?? this.folder.find()
    if (folder === undefined) return undefined
    const path = folder + hash + ENTRY_SUFFIX
    // Misses come in a row, as the two looks before and after taking a lease do. To ask first makes them cheap, and
    // only the first hit after them dearer.
    if (this.#missed && !this.plan.fs.existsSync(path)) return undefined
    const entry = this.readAt(path, hash)
    this.#missed = entry === undefined
    return entry
  }

  /** The entry in this file; `undefined` also where it is not this hash's, or not this namespace's. */
  readAt(path: string, hash?: string): Entry | undefined {
    const file = readFile(this.plan.fs, path)
    if (file === undefined) return undefined
    const found = file === 'odd' ? 'damaged' : decodeEntry(file.buffer, file.length, this.plan.seal)
    if (typeof found === 'string') {
      this.discard(path, found)
      return undefined
    }
    // A file system that folds case opens `a` for `A`; and anybody may have copied a file.
    if (found.namespace !== this.namespace || (hash !== undefined && found.entry.hash !== hash)) return undefined
    return found.entry
  }

  /**
   * Writes the entry into the token and makes it the entry, by one rename. `false`: the token has been taken away, and
   * nothing has changed. Closes `fd`.
   */
  place(token: string, fd: number, entry: Entry): boolean {
    const { fs, durable, seal } = this.plan
    try {
      try {
        writeFully(fs, fd, encodeEntry(entry, this.namespace, seal))
        if (durable) fs.fsyncSync(fd)
      } finally {
        fs.closeSync(fd)
      }
      return this.#rename(token, entry.hash)
    } catch (error) {
      this.#unlinkQuietly(token)
      throw error
    }
  }

  /** Reports an entry that cannot be read and moves it away, so that it is not met again. */
  discard(path: string, why: Unreadable): void {
    if (why === 'seal') this.#reportOnce('seal', path, 'is sealed in another way: is the `secret` the same?')
    else if (this.#moveAside(path)) this.#reportOnce(path, path, 'is damaged; it counts as missing')
  }

  told<T>(operation: string, hash: string | undefined, verb: () => T): T {
    const { namespace } = this
    return told({ store: this.plan.dir, operation, namespace, ...(hash !== undefined && { hash }) }, verb)
  }

  #rename(token: string, hash: string): boolean {
    const { fs, durable } = this.plan
    for (let attempt = 1; ; attempt++) {
      const folder = this.folder.path ?? this.folder.make()
      const path = folder + hash + ENTRY_SUFFIX
      try {
        fs.renameSync(token, path)
        if (durable) this.#syncFolder(folder)
        return true
      } catch (error) {
        if (attempt === ATTEMPTS) throw error
        const code = errorCode(error)
        if (code === 'ENOENT') {
          if (!fs.existsSync(token)) return false
          this.folder.forget()
        } else if (fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
          this.discard(path, 'damaged')
        } else throw error
      }
    }
  }

  #syncFolder(folder: string): void {
    // Windows cannot open a folder; there the file system itself keeps the order.
    if (process.platform === 'win32') return
    const fd = this.plan.fs.openSync(folder, 'r')
    try {
      this.plan.fs.fsyncSync(fd)
    } finally {
      this.plan.fs.closeSync(fd)
    }
  }

  /** `false`: it was no longer there, or a good entry had come in its place. */
  #moveAside(path: string): boolean {
    const { fs, layout, seal } = this.plan
    const aside = layout.damaged + uniqueName()
    try {
      try {
        fs.renameSync(path, aside)
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error
        fs.mkdirSync(layout.damaged, { recursive: true })
        fs.renameSync(path, aside)
      }
      const file = readFile(fs, aside)
      if (file === undefined || file === 'odd' || typeof decodeEntry(file.buffer, file.length, seal) === 'string')
        return true
      this.#putBack(aside, path)
      return false
    } catch (error) {
      return errorCode(error) !== 'ENOENT'
    }
  }

  #putBack(aside: string, path: string): void {
    const { fs } = this.plan
    try {
      fs.linkSync(aside, path)
      fs.unlinkSync(aside)
    } catch (error) {
      // There is a newer one already, or no links on this file system.
      if (errorCode(error) === 'EEXIST' || fs.existsSync(path)) fs.unlinkSync(aside)
      else fs.renameSync(aside, path)
    }
  }

  #reportOnce(what: string, path: string, reason: string): void {
    if (this.#reported.has(what)) return
    if (this.#reported.size >= MOST_REPORTED) this.#reported.clear()
    this.#reported.add(what)
    const hash = basename(path, ENTRY_SUFFIX)
    const facts = { store: this.plan.dir, operation: 'get', namespace: this.namespace, hash }
    this.#report?.(new StoreError('ERR_PERSIST_ENTRY_DAMAGED', `The entry ${path} ${reason}.`, facts))
  }

  #unlinkQuietly(path: string): void {
    try {
      this.plan.fs.unlinkSync(path)
    } catch {
      // It is gone, or it stays as litter that the next sweep takes; the error that led here says more.
    }
  }
}
