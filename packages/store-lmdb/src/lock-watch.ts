import { fstatSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '@persist/errors'
import { descriptorOf, HOLDER, mutexAt } from './lock-file.ts'
import type { MetaPages } from './meta-pages.ts'
import { readingDescriptor } from './reading-descriptors.ts'

/** A holder without a commit for this long counts as stuck: its process was stopped, or its thread was terminated. */
const STUCK_MS = 30_000
/** If others commit, this thread stops watching after this time and waits in the lock's own queue. */
const IN_TURN_MS = 20
const FIRST_REST_MS = 0.1
const LONGEST_REST_MS = 20

/** Where the lock is. */
interface Place {
  readonly fd: number
  readonly at: number
  readonly dev: number
  readonly ino: number
}

const unchanged = new Int32Array(new SharedArrayBuffer(4))

/**
 * Watches LMDB's write lock before this thread takes it, because LMDB waits for the lock without a limit and blocks the
 * whole thread. A process that was stopped during a change (Ctrl-Z, a debugger, a paused container) keeps the lock. A
 * worker thread that was terminated during a change keeps it while its process lives: lmdb 3.5 does not end its transaction.
 *
 * The place of the lock is known only on Linux with glibc. On other systems the wait has no limit.
 */
export class LockWatch {
  readonly #dir: string
  readonly #monotonic: () => number
  readonly #word = Buffer.alloc(4)
  /** Where the lock is. `null`: not looked up yet. `undefined`: unknown. */
  #place: Place | undefined | null = null
  /** The holder and its last commit when a wait reached the limit. The next wait for the same ones fails at once. */
  #stuck: string | undefined

  constructor(dir: string, monotonic: () => number) {
    this.#dir = dir
    this.#monotonic = monotonic
  }

  /** Forgets where the lock is. Called when the file is opened or was closed. */
  reset(): void {
    this.#place = null
  }

  /**
   * Returns when the lock is free, or when other holders make progress, so that LMDB's own queue moves.
   *
   * @throws StoreError if one holder neither releases the lock nor commits anything for 30 seconds.
   */
  waitWhileHeld(metaPages: MetaPages | undefined): void {
    if (this.#place === null) this.#place = placeOf(this.#dir)
    let thread = this.#holder()
    if (thread === 0) return
    const start = this.#monotonic()
    let seen = `${thread} ${metaPages?.last()}`
    for (let since = start, rest = FIRST_REST_MS; thread !== 0; rest = Math.min(2 * rest, LONGEST_REST_MS)) {
      const now = this.#monotonic()
      const stamp = `${thread} ${metaPages?.last()}`
      if (stamp !== seen) {
        if (now - start >= IN_TURN_MS) break
        seen = stamp
        since = now
      } else if (now - since >= STUCK_MS || this.#stuck === stamp) {
        this.#stuck = stamp
        throw this.#stuckError(thread)
      }
      Atomics.wait(unchanged, 0, 0, rest)
      thread = this.#holder()
    }
    this.#stuck = undefined
  }

  /** The thread that holds the lock. 0: no thread holds it, or the holder is unknown. */
  #holder(): number {
    const thread = this.#threadAt(this.#place)
    if (thread === 0 || isStill(this.#place!)) return thread
    this.#place = placeOf(this.#dir)
    return this.#threadAt(this.#place)
  }

  #threadAt(place: Place | undefined | null): number {
    if (!place) return 0
    try {
      readSync(place.fd, this.#word, 0, 4, place.at)
    } catch {
      return 0
    }
    return this.#word.readUInt32LE() & HOLDER
  }

  #stuckError(thread: number): StoreError {
    return new StoreError(
      'ERR_PERSIST_STORE_UNAVAILABLE',
      `The store ${this.#dir} could not be changed: thread ${thread} has held the write lock of LMDB for more than ${STUCK_MS / 1000} s. Its process may be stopped (Ctrl-Z, a debugger), or it is a terminated worker thread: continue or end that process`,
      { store: this.#dir, operation: 'change' },
    )
  }
}

/** Whether the descriptor is still that of the lock file: the number of one that was closed is soon another file's. */
function isStill({ fd, dev, ino }: Place): boolean {
  try {
    const stat = fstatSync(fd)
    return stat.dev === dev && stat.ino === ino
  } catch {
    return false
  }
}

function placeOf(dir: string): Place | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const path = join(dir, 'lock.mdb')
    const fd = descriptorOf(path) ?? readingDescriptor(path)
    const at = fd === undefined ? undefined : mutexAt(fd)
    if (fd === undefined || at === undefined) return undefined
    const { dev, ino } = fstatSync(fd)
    return { fd, at, dev, ino }
  } catch {
    return undefined
  }
}
