import { StoreError } from '@persist/errors'
import type { Entry, OpenOptions } from '@persist/store'
import { operationOn } from '@persist/store/kit'
import type { UsageTracking } from '../bounds/usage-tracking.ts'
import { toStoreError } from '../errors.ts'
import { earlierEntryName, entryName } from '../folder/entry-name.ts'
import type { NamespaceFolder } from '../folder/namespace-folder.ts'
import { decodeEntry, encodeEntry, firstSumEnd, piecesOf, type Unreadable } from '../format/entry-codec.ts'
import type { RunningSum } from '../format/integrity.ts'
import { refuseLargeEntry } from '../format/largest-entry.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import type { EntryRemoval } from './entry-removal.ts'
import { errorCode, writeFully } from './file-system.ts'
import { isForeign, mayBeForeign } from './own-entry.ts'
import { Quarantine } from './quarantine.ts'
import { readFile } from './read-file.ts'
import { readLargeFile } from './read-large-file.ts'
import { unlinkIfThere } from './removal.ts'
import { syncFolder } from './sync-folder.ts'

const ATTEMPTS = 6

/** The entries of one namespace, as files. */
export class EntryFiles {
  readonly options: ResolvedOptions
  readonly folder: NamespaceFolder
  readonly namespace: string
  readonly usageTracking: UsageTracking
  readonly removal: EntryRemoval
  readonly #report: OpenOptions['report']
  readonly #quarantine: Quarantine
  #missed = false

  constructor(
    options: ResolvedOptions,
    folder: NamespaceFolder,
    namespace: string,
    report: OpenOptions['report'],
    removal: EntryRemoval,
    usageTracking: UsageTracking,
  ) {
    this.options = options
    this.folder = folder
    this.namespace = namespace
    this.#report = report
    this.removal = removal
    this.#quarantine = new Quarantine(options, namespace, removal, (problem) => this.report(problem))
    this.usageTracking = usageTracking
  }

  /** The entry by this hash. What is damaged is reported, once, and moved out of the way. */
  read(hash: string): Entry | undefined {
    return this.#readBy(hash, (path) => this.readAt(path, hash))
  }

  /** As {@link read}, but a large entry comes later, and its reading does not block the thread. */
  readAsync(hash: string): Entry | undefined | Promise<Entry | undefined> {
    return this.#readBy(hash, (path) => {
      const file = readFile(this.options.fs, path, 'all unless large')
      const isLarge = file !== undefined && file !== 'odd' && file.length < file.size
      return isLarge ? this.#readLarge(path, hash) : this.#keep(path, this.#decoded(file, hash))
    })
  }

  #readBy<T extends Entry | undefined | Promise<Entry | undefined>>(
    hash: string,
    readAt: (path: string) => T,
  ): T | undefined {
    const folder = this.folder.path ?? this.folder.find()
    if (folder === undefined) return undefined
    const entry = this.#readUsed(folder + entryName(hash), readAt)
    const earlier = entry === undefined ? earlierEntryName(hash) : undefined
    return earlier === undefined ? entry : this.#readUsed(folder + earlier, readAt)
  }

  #readUsed<T>(path: string, readAt: (path: string) => T): T | undefined {
    // Misses come in a row, as the looks before and after taking a lease do. To ask first makes them cheap, and only the
    // first hit after them dearer.
    if (this.#missed && !this.options.fs.existsSync(path)) return undefined
    const entry = readAt(path)
    this.#missed = entry === undefined
    if (entry !== undefined) this.usageTracking.used(path)
    return entry
  }

  async #readLarge(path: string, hash: string): Promise<Entry | undefined> {
    const { fs, integrity } = this.options
    const sum = integrity.begin()
    const file = await readLargeFile(fs, path, sum, firstSumEnd(integrity))
    return this.#keep(path, this.#decoded(file, hash, sum))
  }

  /** The entry in this file; `undefined` also where it is not this hash's, or not this namespace's. */
  readAt(path: string, hash: string): Entry | undefined {
    return this.#keep(path, this.decodeAt(path, hash))
  }

  #keep(path: string, found: Entry | Unreadable | undefined): Entry | undefined {
    if (typeof found !== 'string') return found
    this.discard(path, found)
    return undefined
  }

  /** As {@link readAt}, or why nothing can be read there. */
  decodeAt(path: string, hash?: string): Entry | Unreadable | undefined {
    return this.#decoded(readFile(this.options.fs, path), hash)
  }

  #decoded(file: ReturnType<typeof readFile>, hash?: string, sum?: RunningSum): Entry | Unreadable | undefined {
    if (file === undefined) return undefined
    if (file === 'odd') return 'damaged'
    const found = decodeEntry(file.buffer, file.length, this.options.integrity, file.isOwn, sum)
    if (typeof found === 'string') return found
    // A file system that folds case opens `a` for `A`; and any program may have copied a file.
    if (found.namespace !== this.namespace || (hash !== undefined && found.entry.hash !== hash)) return undefined
    return found.entry
  }

  /**
   * Writes the entry into the token and makes it the entry, by one rename. `false`: the token has been taken away, and
   * nothing has changed. Closes `fd`. If it fails, the token may hold a part of the entry.
   */
  commit(token: string, fd: number, entry: Entry): boolean {
    const { fs, durable, integrity } = this.options
    let size: number
    try {
      const encoded = encodeEntry(entry, this.namespace, integrity)
      size = encoded.size
      refuseLargeEntry({ store: this.options.dir, namespace: this.namespace, hash: entry.hash }, entry, size)
      for (const piece of piecesOf(encoded)) writeFully(fs, fd, piece)
      if (durable) fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
    return this.#rename(token, entry.hash, size)
  }

  /** Removes the entry by this hash. `false`: there was none. */
  removeOf(hash: string): boolean {
    const folder = this.folder.find()
    if (folder === undefined) return false
    const wasEarlier = this.#removeEarlier(folder, hash)
    return this.remove(folder + entryName(hash)) || wasEarlier
  }

  /** Removes an entry. `false`: there was none. */
  remove(path: string): boolean {
    if (isForeign(this.options, path)) return false
    const size = this.usageTracking.sizeOf(path)
    try {
      if (!unlinkIfThere(this.options, path)) return false
    } catch (error) {
      if (!this.options.fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error
      this.discard(path, 'damaged')
      return false
    }
    this.#keepBounds(() => this.usageTracking.removed(size))
    return true
  }

  /** Reports an entry that cannot be read and moves it away, so that it is not met again. */
  discard(path: string, why: Unreadable): void {
    this.#quarantine.add(path, why)
  }

  /** Runs `act`; its errors of the file system become errors of the store. */
  withStoreErrors<T>(operation: string, hash: string | undefined, act: () => T): T {
    const failed = (error: unknown): never => {
      const facts = { store: this.options.dir, ...operationOn(this.namespace, operation, hash) }
      throw toStoreError(facts, error, () => this.folder.recheck())
    }
    try {
      const reply = act()
      return reply instanceof Promise ? (reply.catch(failed) as T) : reply
    } catch (error) {
      return failed(error)
    }
  }

  /** Reports a problem that costs no caller a value. */
  report(problem: StoreError): void {
    this.#report?.(problem)
  }

  #rename(token: string, hash: string, size: number): boolean {
    const { fs } = this.options
    for (let attempt = 1; ; attempt++) {
      const folder = this.folder.path ?? this.folder.make()
      const path = folder + entryName(hash)
      this.#makeRoom(path)
      const replaced = this.usageTracking.sizeOf(path)
      try {
        fs.renameSync(token, path)
      } catch (error) {
        if (attempt === ATTEMPTS) throw error
        if (errorCode(error) === 'ENOENT') {
          if (!fs.existsSync(token)) return false
          this.folder.forget()
        } else if (fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
          this.discard(path, 'damaged')
        } else throw error
        continue
      }
      syncFolder(this.options, folder)
      this.#removeEarlier(folder, hash)
      this.#keepBounds(() => this.usageTracking.wrote(path, size, replaced))
      return true
    }
  }

  /** Another program's file is moved away. One that cannot be moved stays, and the entry is not stored. */
  #makeRoom(path: string): void {
    if (!mayBeForeign(this.options, path)) return
    this.discard(path, 'damaged')
    if (!mayBeForeign(this.options, path)) return
    throw Object.assign(new Error(`EEXIST: another program's file is in the place of the entry, ${path}`), {
      code: 'EEXIST',
    })
  }

  /** What an earlier version wrote; where case is folded, another hash's entry may have that name. */
  #removeEarlier(folder: string, hash: string): boolean {
    const name = earlierEntryName(hash)
    if (name === undefined || !this.options.fs.existsSync(folder + name)) return false
    const found = this.decodeAt(folder + name, hash)
    return found !== undefined && typeof found !== 'string' && this.remove(folder + name)
  }

  /** What was to be done is done by now: trouble with the bounds takes nothing from that. */
  #keepBounds(act: () => void): void {
    try {
      this.withStoreErrors('evict', undefined, act)
    } catch (error) {
      if (error instanceof StoreError) this.report(error)
      else throw error
    }
  }
}
