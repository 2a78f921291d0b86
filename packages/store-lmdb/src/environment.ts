import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '@persist/errors'
import { type Database, open, type RootDatabase } from 'lmdb'
import { checkFiles } from './check-files.ts'
import { cannotOpen } from './failure.ts'
import { LockWatch } from './lock-watch.ts'
import { MetaPages } from './meta-pages.ts'
import { Writing } from './writing.ts'

/** The databases of one LMDB file. Keys are those of `keys.ts`, but for `totals` (the prefix of a namespace). */
export interface Rooms {
  readonly root: RootDatabase<Buffer, Buffer>
  /** Records of `record.ts`. */
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

const FORMAT_KEY = Buffer.from('format')
const FORMAT = Buffer.from('persist lmdb 1')
const BINARY = { encoding: 'binary', keyEncoding: 'binary', cache: false } as const

/** So many milliseconds may pass until a hit shows what another process has changed. Nothing found is always found out. */
const RECENT_MS = 1

// On a well-known symbol: two copies of this package in one process see each other's changes.
const CHANGES = Symbol.for('@persist/store-lmdb/changes@1')
const shared = globalThis as { [CHANGES]?: { count: number } }
shared[CHANGES] ??= { count: 0 }
/** How often this thread has changed something, in any file: two stores of one file see what the other one wrote. */
const changes = shared[CHANGES]

/** The record under a key, as bytes that the next reading overwrites: they are faster to come by than a copy. */
export function glance(room: Database<Buffer, Buffer>, key: Buffer): Buffer | undefined {
  const found: Uint8Array | undefined = room.getBinaryFast(key)
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
  #rooms: Rooms | undefined
  #writing: Writing | undefined
  /** When what is read now was read anew. */
  #isOf = Number.NEGATIVE_INFINITY
  /** The changes of this thread that it shows. */
  #knows = -1

  constructor(dir: string, flush: boolean, monotonic: () => number = () => performance.now()) {
    this.#dir = dir
    this.#flush = flush
    this.#watch = new LockWatch(dir, monotonic)
  }

  get isOpen(): boolean {
    return this.#rooms !== undefined
  }

  get rooms(): Rooms {
    this.#rooms ??= this.#open()
    return this.#rooms
  }

  /** The databases, for reading what is there at this moment. */
  now(): Rooms {
    const { rooms } = this
    rooms.entries.resetReadTxn()
    this.#isOf = performance.now()
    this.#knows = changes.count
    return rooms
  }

  /**
   * The databases, for reading what was there a moment ago, and all that this thread has changed since. LMDB would show a
   * turn of the event loop as it began; but to begin again takes as long as to read, and leaves a timer behind.
   */
  recent(): Rooms {
    return this.#knows === changes.count && performance.now() - this.#isOf < RECENT_MS ? this.rooms : this.now()
  }

  /** Changes all of it or nothing, while nobody else changes anything. */
  change<T>(act: (rooms: Rooms) => T): T {
    const { rooms } = this
    try {
      return this.#writing!.transact(() => act(rooms))
    } finally {
      changes.count++
    }
  }

  close(): void {
    const { root } = this.#rooms ?? {}
    this.#rooms = undefined
    this.#writing?.close()
    this.#writing = undefined
    // What is left of it after the return is a flush that nobody has to wait for.
    root?.close().catch(() => {})
  }

  #open(): Rooms {
    let root: RootDatabase<Buffer, Buffer> | undefined
    try {
      checkFiles(this.#dir)
      this.#waitForLock()
      root = open<Buffer, Buffer>({
        path: this.#dir,
        noSubdir: false,
        maxDbs: 8,
        ...BINARY,
        // With it, commits count before they are on the disk, and the meta pages do not tell of all; a write is no slower
        // without.
        overlappingSync: false,
        ...(!this.#flush && { noSync: true }),
      })
      this.#writing = new Writing(this.#dir, root, this.#watch)
      return this.#writing.transact(() => this.#openRooms(root!))
    } catch (error) {
      this.#writing?.close()
      this.#writing = undefined
      root?.close().catch(() => {})
      throw error instanceof StoreError ? error : cannotOpen(this.#dir, error)
    }
  }

  /** To open it LMDB takes the write lock, too. */
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

  #openRooms(root: RootDatabase<Buffer, Buffer>): Rooms {
    const room = (name: string) => root.openDB<Buffer, Buffer>({ name, ...BINARY })
    const rooms = {
      root,
      entries: room('entries'),
      leases: room('leases'),
      used: room('used'),
      totals: room('totals'),
      tags: room('tags'),
    }
    this.#checkFormat(room('about'))
    return rooms
  }

  #checkFormat(about: Database<Buffer, Buffer>): void {
    const found = about.get(FORMAT_KEY)
    if (found === undefined) about.putSync(FORMAT_KEY, FORMAT)
    else if (!FORMAT.equals(found)) {
      throw new StoreError(
        'ERR_PERSIST_STORE_FORMAT',
        `The store ${this.#dir} has the format "${found}", and only "${FORMAT}" is known here: use a newer @persist/store-lmdb, or another folder`,
        { store: this.#dir, operation: 'open' },
      )
    }
  }
}
