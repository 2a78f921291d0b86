import { errorCode, makeFile, writeFully } from '../files/file-system.ts'
import { removeUnchanged, unlinkQuietly } from '../files/removal.ts'
import { sleepSync } from '../files/sleep-sync.ts'
import { makeOwnFolder } from '../folder/own-folder.ts'
import { scratchName } from '../lease/token.ts'
import type { ResolvedOptions } from '../resolved-options.ts'

const FIRST_REST_MS = 2
const LONGEST_REST_MS = 50
/** So long even a lock is watched that looks old. */
const GRACE_MS = 1000
const OURS = Buffer.from('persist')
const UNMARKED = Buffer.alloc(0)

/** A lock file of ours. */
interface Taken {
  readonly ino: number
  readonly size: number
}

/** `none`: no program had it. `gone`: a program had it, and has released it. `stuck`: it is stale, and cannot be removed. */
export type Waited = 'none' | 'gone' | 'stuck'

/**
 * The lock files of pypersist. It waits for them without end, so that one whose holder has died would stop every Python
 * program at that entry; here they are given up after the lease's time, and taken away.
 */
export class Locks {
  readonly #options: ResolvedOptions

  constructor(options: ResolvedOptions) {
    this.#options = options
  }

  /**
   * Waits while another program holds the lock.
   *
   * @param giveUp called before a stale lock is taken away: what its holder was writing is not to be met.
   */
  wait(path: string, giveUp: () => void): Waited {
    const { fs, clock, leaseMs } = this.#options
    let stamp = ''
    let since = 0
    for (let rest = FIRST_REST_MS, waited: Waited = 'none'; ; rest = Math.min(2 * rest, LONGEST_REST_MS)) {
      const stat = fs.lstatSync(path, { throwIfNoEntry: false })
      if (stat === undefined) return waited
      waited = 'gone'
      if (stamp !== `${stat.ino} ${stat.mtimeMs}`) {
        stamp = `${stat.ino} ${stat.mtimeMs}`
        since = clock.monotonic()
      }
      const watched = clock.monotonic() - since
      if (watched < leaseMs && (watched < GRACE_MS || this.#fileTime() - stat.mtimeMs < leaseMs)) {
        sleepSync(rest)
        continue
      }
      try {
        giveUp()
        removeUnchanged(this.#options, path, stat)
      } catch (error) {
        if (['EROFS', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return 'stuck'
        throw error
      }
    }
  }

  /**
   * What the time is by the clock that gave the lock its time, which may be a file server's. Where nothing can be made, our
   * own: there no lock can be taken away either.
   */
  #fileTime(): number {
    const { fs, clock, layout } = this.#options
    const path = layout.scratch + scratchName()
    try {
      makeOwnFolder(this.#options, layout.scratch)
      return makeFile(fs, path, (fd) => fs.fstatSync(fd).mtimeMs)
    } catch {
      return clock.now()
    } finally {
      unlinkQuietly(this.#options, path)
    }
  }

  /** Runs `act` while no other program may, in either language. */
  hold<T>(path: string, giveUp: () => void, act: () => T): T {
    for (;;) {
      const taken = this.#take(path)
      if (taken !== undefined) {
        try {
          return act()
        } finally {
          this.#release(path, taken)
        }
      }
      if (this.wait(path, giveUp) === 'stuck')
        throw Object.assign(new Error(`EACCES: ${path} stays`), { code: 'EACCES' })
    }
  }

  /** `undefined`: another program has it. */
  #take(path: string): Taken | undefined {
    try {
      return this.#link(path) ?? this.#make(path, UNMARKED)
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return undefined
      throw error
    }
  }

  /** A lock that is marked as ours from its first moment. `undefined`: not on a full disk, and not on FAT. */
  #link(path: string): Taken | undefined {
    const { fs, layout } = this.#options
    const aside = layout.scratch + scratchName()
    try {
      const taken = this.#make(aside, OURS)
      fs.linkSync(aside, path)
      return taken
    } catch (error) {
      if (errorCode(error) === 'EEXIST') throw error
      return undefined
    } finally {
      unlinkQuietly(this.#options, aside)
    }
  }

  #make(path: string, content: Uint8Array): Taken {
    const { fs } = this.#options
    return makeFile(fs, path, (fd) => {
      writeFully(fs, fd, content)
      return { ino: fs.fstatSync(fd).ino, size: content.length }
    })
  }

  /**
   * Not one that belongs to another program by now. pypersist looks for a lock, and opens one in a second step: if ours was made
   * in between, both hold it. Its opening emptied the file, and its program would fail if it could not remove it.
   */
  #release(path: string, { ino, size }: Taken): void {
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat?.ino === ino && stat.size === size) removeUnchanged(this.#options, path, stat)
  }
}
