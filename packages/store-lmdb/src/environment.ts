import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '@persist/errors'
import { type Database, open, type RootDatabase } from 'lmdb'
import { checkFiles } from './check-files.ts'
import { cannotOpen } from './errors.ts'
import { LockWatch } from './lock-watch.ts'
import { MetaPages } from './meta-pages.ts'
import { OwedChanges } from './owed-changes.ts'
import { checkRoom, freePages } from './room.ts'
import { unwritable } from './unwritable.ts'
import { WriteTransactions } from './write-transactions.ts'

/** The databases of one LMDB file. Keys are those of `keys.ts`, but for `totals` (the prefix of a namespace). */
export interface Databases {
  readonly root: RootDatabase<Buffer, Buffer>
  /** Records of `entry-codec.ts`. */
  readonly entries: Database<Buffer, Buffer>
  /** Records of `lease-record.ts`. */
  readonly leases: Database<Buffer, Buffer>
  /** When an entry of a bounded namespace was last used. */
  readonly used: Database<Buffer, Buffer>
  /** How many entries a namespace has, and how many bytes they take. */
  readonly totals: Database<Buffer, Buffer>
  /** Deletions by tag, as `tag-fence.ts` records them. */
  readonly tags: Database<Buffer, Buffer>
}

/** LMDB keeps the name of each database, and a byte that ends it, as a key of the root. */
const FORMAT_DATABASE = Buffer.from('about\0')
const FORMAT_KEY = Buffer.from('format')
const FORMAT = Buffer.from('persist lmdb 1')
/** How many threads of all processes can read at once: each that reads takes a place of 64 bytes in the lock file. */
const MOST_READERS = 1000
/** More than LMDB writes for a small change: the changed pages of each database, and the list of free pages. */
const ROOM_BYTES = 512 * 1024
/** So many free pages of the file are enough for a small change. Those that the last changes freed cannot be used yet. */
const ROOM_PAGES = 32
const MOST_IN_A_PAGE = 4_000
const BINARY = { encoding: 'binary', keyEncoding: 'binary', cache: false } as const

/** So many milliseconds may pass until a hit shows what another process has changed. Nothing found is always found out. */
const RECENT_MS = 1

// On a well-known symbol: two copies of this package in one process see each other's changes.
const CHANGES = Symbol.for('@persist/store-lmdb/changes@1')
const shared = globalThis as { [CHANGES]?: { count: number } }
shared[CHANGES] ??= { count: 0 }
/** How often this thread has changed something, in any file: two stores of one file see what the other one wrote. */
const changes = shared[CHANGES]

/** What a reader finds where no file is. */
const EMPTY = {
  get: () => undefined,
  getBinaryFast: () => undefined,
  doesExist: () => false,
  getKeys: () => [],
  getRange: () => [],
  resetReadTxn: () => {},
} as unknown as RootDatabase<Buffer, Buffer>
const NOTHING: Databases = { root: EMPTY, entries: EMPTY, leases: EMPTY, used: EMPTY, totals: EMPTY, tags: EMPTY }

/** The record under a key, as bytes that the next reading overwrites: they are faster to come by than a copy. */
export function peek(database: Database<Buffer, Buffer>, key: Buffer): Buffer | undefined {
  const found: Uint8Array | undefined = database.getBinaryFast(key)
  // Of a large record it is a view of LMDB's own memory, and no Buffer.
  return found === undefined || Buffer.isBuffer(found)
    ? found
    : Buffer.from(found.buffer, found.byteOffset, found.length)
}

/** One LMDB file, opened on first use, and again after it was closed. */
export class Environment {
  readonly #dir: string
  readonly #flush: boolean
  readonly #watch: LockWatch
  readonly #isReadOnly: boolean
  #databases: Databases | undefined
  #transactions: WriteTransactions | undefined
  /** Why the open file may only be read. */
  #refusal: Error | undefined
  /** The file that is open. */
  #file = ''
  /** When the present view of the file was made. */
  #isOf = Number.NEGATIVE_INFINITY
  /** The changes of this thread that it shows. */
  #knows = -1
  readonly #owed = new OwedChanges(() => this.settle())

  /**
   * @param isReadOnly Makes no file: one that does not exist is empty. LMDB has one open file for all stores of a process, so
   * one that exists is opened as for writing.
   */
  constructor(dir: string, flush: boolean, monotonic: () => number = () => performance.now(), isReadOnly = false) {
    this.#dir = dir
    this.#flush = flush
    this.#isReadOnly = isReadOnly
    this.#watch = new LockWatch(dir, monotonic)
  }

  get isOpen(): boolean {
    return this.#databases !== undefined
  }

  /** The number that the file system gives the open file; 0 while none is open. */
  get fileNumber(): number {
    return Number(this.#file.split(' ')[1] ?? 0)
  }

  /** Whether the file exists. */
  get exists(): boolean {
    return existsSync(join(this.#dir, 'data.mdb'))
  }

  get databases(): Databases {
    if (this.#isReadOnly && !this.exists) return NOTHING
    this.#databases ??= this.#open()
    return this.#databases ?? NOTHING
  }

  /** The databases, for reading what is there at this moment. */
  now(): Databases {
    this.#closeRemoved()
    const { databases } = this
    databases.entries.resetReadTxn()
    this.#isOf = performance.now()
    this.#knows = changes.count
    return databases
  }

  /**
   * The databases, for reading what was there a moment ago, and all that this thread has changed since. LMDB would show a
   * turn of the event loop as it began; but to begin again takes as long as to read, and leaves a timer.
   */
  recent(): Databases {
    return this.#knows === changes.count && performance.now() - this.#isOf < RECENT_MS ? this.databases : this.now()
  }

  /**
   * Changes all of it or nothing, while no other process changes anything. Throws `ENOSPC` if there may be no room for it: a write
   * of lmdb 3.5 that fails for lack of room can end the process (`SIGABRT`, `SIGSEGV`).
   *
   * @param bytes How much it writes at the most, if that is more than some pages.
   */
  change<T>(act: (databases: Databases) => T, bytes = 0): T {
    this.#closeRemoved()
    const { databases } = this
    if (this.#refusal !== undefined) throw this.#refusal
    try {
      // Inside of the transaction, where no other process takes the room.
      const result = this.#transactions!.transact(() => {
        this.#checkRoom(databases, bytes)
        this.#owed.make(databases)
        return act(databases)
      })
      this.#owed.clear()
      return result
    } finally {
      changes.count++
    }
  }

  /** Does something with the next change that succeeds, and tries that every second. It must be right at any time. */
  owe(act: (databases: Databases) => void): void {
    this.#owed.add(act)
  }

  /** Does what is owed, if there is room. */
  settle(): void {
    if (this.#owed.isEmpty) return
    try {
      this.change(() => {})
    } catch {}
  }

  /** Throws `ENOSPC` if there may be no room for a small change at this moment. */
  checkRoom(): void {
    if (this.#refusal === undefined) this.#checkRoom(this.databases, 0)
  }

  /** On a full disk, what fits in any free page still has room in the file: above all, a deletion. */
  #checkRoom(databases: Databases, bytes: number): void {
    try {
      checkRoom(this.#dir, ROOM_BYTES + bytes)
    } catch (error) {
      if (bytes > MOST_IN_A_PAGE || freePages(databases) < ROOM_PAGES) throw error
    }
  }

  close(): void {
    this.#owed.stop()
    this.settle()
    this.#owed.clear()
    const { root } = this.#databases ?? {}
    this.#databases = undefined
    this.#letGo(root)
  }

  #letGo(root: RootDatabase<Buffer, Buffer> | undefined): void {
    this.#watch.reset()
    this.#transactions?.close()
    this.#transactions = undefined
    // After the return only a flush is left, for which no caller has to wait.
    root?.close().catch(() => {})
  }

  /** `undefined`: the file is empty, and only to be read. */
  #open(): Databases | undefined {
    let root: RootDatabase<Buffer, Buffer> | undefined
    try {
      this.#refusal = unwritable(this.#dir)
      const isFixed = this.#refusal !== undefined
      if (!isFixed) {
        checkFiles(this.#dir)
        this.#waitForLock()
      }
      root = open<Buffer, Buffer>({
        path: this.#dir,
        noSubdir: false,
        maxDbs: 8,
        maxReaders: MOST_READERS,
        ...BINARY,
        // With it, commits count before they are on the disk, and the meta pages do not show them all; a write is no slower
        // without.
        overlappingSync: false,
        ...(!this.#flush && { noSync: true }),
        // Then LMDB needs no lock file.
        ...(isFixed && { readOnly: true }),
      })
      this.#file = this.#fileNow()
      if (isFixed) return this.#openDatabases(root)
      this.#transactions = new WriteTransactions(this.#dir, root, this.#watch)
      const databases = this.#transactions.transact(() => this.#openDatabases(root!))
      if (databases === undefined) this.#letGo(root)
      return databases
    } catch (error) {
      this.#letGo(root)
      throw error instanceof StoreError ? error : cannotOpen(this.#dir, error)
    }
  }

  /** A file without a name would take what no other process ever finds. */
  #closeRemoved(): void {
    if (!this.isOpen || this.#fileNow() === this.#file) return
    this.#owed.clear()
    this.close()
  }

  /** What distinguishes the file of this name from one that was removed. */
  #fileNow(): string {
    const stat = statSync(join(this.#dir, 'data.mdb'), { throwIfNoEntry: false })
    return stat === undefined ? '' : `${stat.dev} ${stat.ino}`
  }

  /** LMDB takes the write lock to open a file, too. */
  #waitForLock(): void {
    if (!existsSync(join(this.#dir, 'data.mdb'))) return
    const metaPages = MetaPages.of(this.#dir)
    this.#watch.reset()
    try {
      this.#watch.waitWhileHeld(metaPages)
    } finally {
      metaPages?.close()
      this.#watch.reset()
    }
  }

  /** Makes databases in an empty file only: another one may be of another program. */
  #openDatabases(root: RootDatabase<Buffer, Buffer>): Databases | undefined {
    const database = (name: string) => root.openDB<Buffer, Buffer>({ name, ...BINARY })
    const [first] = root.getKeys({ limit: 1 })
    const [about] = root.getKeys({ start: FORMAT_DATABASE, limit: 1 })
    if (first !== undefined) this.#checkFormat(about?.equals(FORMAT_DATABASE) ? database('about') : undefined)
    else if (this.#isReadOnly) return undefined
    else database('about').putSync(FORMAT_KEY, FORMAT)
    return {
      root,
      entries: database('entries'),
      leases: database('leases'),
      used: database('used'),
      totals: database('totals'),
      tags: database('tags'),
    }
  }

  #checkFormat(about: Database<Buffer, Buffer> | undefined): void {
    const found = about?.get(FORMAT_KEY)
    if (found !== undefined && FORMAT.equals(found)) return
    const reason =
      found === undefined
        ? 'is an LMDB file of another program: use another folder'
        : `has the format "${found}", and only "${FORMAT}" is known here: use a newer @persist/store-lmdb, or another folder`
    throw new StoreError('ERR_PERSIST_STORE_FORMAT', `The store ${this.#dir} ${reason}`, {
      store: this.#dir,
      operation: 'open',
    })
  }
}
