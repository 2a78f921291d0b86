import { CREATE_FLAGS, errorCode, makeFile, writeFully } from '../files/file-system.ts'
import { readFile } from '../files/read-file.ts'
import { type FileMark, moveOut, putBack, unlinkIfThere, unlinkQuietly } from '../files/removal.ts'
import { sleepSync } from '../files/sleep-sync.ts'
import { makeOwnFolder } from '../folder/own-folder.ts'
import { scratchName } from '../lease/token.ts'
import type { ResolvedOptions } from '../resolved-options.ts'

const FIRST_REST_MS = 2
const LONGEST_REST_MS = 50
/** So long even a lock is watched that looks old. */
const GRACE_MS = 1000
const UNMARKED = Buffer.alloc(0)

/** Whether the file at a path is a certain lock, and not one that another program has made since. */
type IsIt = (path: string) => boolean

/** `none`: no program had it. `gone`: a program had it, and has released it. `stuck`: it is stale, and cannot be removed. */
export type Waited = 'none' | 'gone' | 'stuck'

/**
 * The lock files of pypersist. It waits for them without end, so that one whose holder has died would stop every Python
 * program at that entry; here they are given up after the lease's time, and taken away.
 */
export class Locks {
  readonly #options: ResolvedOptions
  /** Locks of ours that could not be removed, by their paths. */
  readonly #left = new Map<string, IsIt>()

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
      if (this.#left.get(path)?.(path)) {
        if (this.#removeLeft(path)) continue
        return 'stuck'
      }
      waited = 'gone'
      // Without the file's number: where that changes by itself, the wait would not end.
      if (stamp !== `${stat.size} ${stat.mtimeMs}`) {
        stamp = `${stat.size} ${stat.mtimeMs}`
        since = clock.monotonic()
      }
      const watched = clock.monotonic() - since
      if (watched < leaseMs && (watched < GRACE_MS || this.#fileTime() - stat.mtimeMs < leaseMs)) {
        sleepSync(rest)
        continue
      }
      try {
        giveUp()
        this.#remove(path, (at) => this.#isLike(at, stat))
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

  /** How to recognize the lock that was taken. `undefined`: another program has it. */
  #take(path: string): IsIt | undefined {
    try {
      return this.#link(path) ?? this.#make(path)
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return undefined
      throw error
    }
  }

  /** A lock that has a mark of its own from its first moment. `undefined`: not on a full disk, and not on FAT. */
  #link(path: string): IsIt | undefined {
    const { fs, layout } = this.#options
    const name = scratchName()
    const mark = Buffer.from(`persist ${name}`)
    const aside = layout.scratch + name
    try {
      makeFile(fs, aside, (fd) => writeFully(fs, fd, mark))
      fs.linkSync(aside, path)
      return (at) => this.#contains(at, mark)
    } catch (error) {
      if (errorCode(error) === 'EEXIST') throw error
      return undefined
    } finally {
      unlinkQuietly(this.#options, aside)
    }
  }

  #make(path: string): IsIt {
    const { fs } = this.#options
    const fd = fs.openSync(path, CREATE_FLAGS, 0o666)
    try {
      fs.closeSync(fd)
    } catch (error) {
      unlinkQuietly(this.#options, path)
      throw error
    }
    // Not of the open file: some file systems over a network give the two different numbers.
    const made = fs.lstatSync(path, { throwIfNoEntry: false })
    return (at) => made !== undefined && this.#isLike(at, made) && this.#contains(at, UNMARKED)
  }

  #contains(path: string, content: Buffer): boolean {
    try {
      const file = readFile(this.#options.fs, path)
      return file !== undefined && file !== 'odd' && content.equals(file.buffer.subarray(0, file.length))
    } catch {
      // A lock that cannot be read: its size shows whether pypersist has emptied it.
      return this.#options.fs.lstatSync(path, { throwIfNoEntry: false })?.size === content.length
    }
  }

  /** Without the number of the file, which changes with its name on some file systems. */
  #isLike(path: string, { mtimeMs, size }: FileMark): boolean {
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    return stat !== undefined && stat.mtimeMs === mtimeMs && stat.size === size
  }

  #release(path: string, taken: IsIt): void {
    this.#left.set(path, taken)
    this.#remove(path, taken)
    this.#left.delete(path)
  }

  /** `false`: it still cannot be removed. To wait for it would be to wait for ourselves. */
  #removeLeft(path: string): boolean {
    try {
      this.#release(path, this.#left.get(path)!)
      return true
    } catch {
      return false
    }
  }

  /**
   * Removes a lock, but not one that belongs to another program by now. pypersist looks for a lock, and opens one in a second
   * step: if ours was made in between, both hold it. Its opening emptied the file, and its program would fail if it could not
   * remove it.
   */
  #remove(path: string, isIt: IsIt): void {
    if (!isIt(path)) return
    let aside: string | undefined
    try {
      aside = moveOut(this.#options, path, this.#options.layout.scratch, scratchName())
    } catch {
      // A file that cannot be renamed, as while another program has it open, can often be removed.
      unlinkIfThere(this.#options, path)
      return
    }
    if (aside === undefined) return
    if (isIt(aside)) unlinkIfThere(this.#options, aside)
    else putBack(this.#options, aside, path)
  }
}
