import { fstatSync, readdirSync, readFileSync, readlinkSync, readSync, statSync, writeSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { readingDescriptors } from './reading-descriptors.ts'

/** After magic and format: the number of the last commit, from which a reader or writer begins. */
const COMMIT_AT = 8
const COMMIT_BYTES = 8
/** A glibc mutex begins with its futex word: the thread that holds it, and in the highest bit whether another one waits. */
export const HOLDER = 0x3f_ff_ff_ff
const HAS_WAITERS = Uint8Array.of(0x80)
const WAITERS_AT = 3
/** Where such a mutex says that it is robust, and shared by processes. */
const KIND_AT = 16
const ROBUST_AND_SHARED = 0x90
/** Where the mutex of writers is: after the header and the mutex of readers, in whole cache lines. */
const MUTEX_PLACES = [64, 128]
const HEAD_BYTES = 192

/** LMDB's lock file, to be written to by the thread that holds the write lock. */
export class LockFile {
  readonly #fd: number
  readonly #mutexAt: number | undefined

  private constructor(fd: number, mutexAt: number | undefined) {
    this.#fd = fd
    this.#mutexAt = mutexAt
  }

  /** That of an open environment whose write lock this thread holds. `undefined`: it cannot be found, as on Windows. */
  static held(dir: string): LockFile | undefined {
    if (endianness() !== 'LE') return undefined
    try {
      const fd = descriptorOf(join(dir, 'lock.mdb'))
      return fd === undefined ? undefined : new LockFile(fd, heldMutex(fd))
    } catch {
      return undefined
    }
  }

  /** Corrects which commit is the last one. */
  noteLast(commit: number): void {
    const number = Buffer.alloc(COMMIT_BYTES)
    number.writeUIntLE(commit, 0, 6)
    writeSync(this.#fd, number, 0, COMMIT_BYTES, COMMIT_AT)
  }

  /**
   * Makes the release of the write lock wake a process that waits, whatever happened before.
   *
   * A process that waits leaves a mark on the lock, and a release wakes one if there is the mark. Who takes the lock without
   * having waited leaves none. So if the one that was woken is killed before it ran, and a third process took the lock just
   * then, the others that wait are never woken: not by that process, and not by the kernel, which looks after the dead only
   * if the lock is free or theirs (`handle_futex_death` in Linux). Hence each holder leaves the mark, too: one byte
   * that no other process changes meanwhile, but to the same. Locks of another make (macOS, musl) forget no process.
   */
  wakeOnRelease(): void {
    if (this.#mutexAt === undefined) return
    try {
      writeSync(this.#fd, HAS_WAITERS, 0, 1, this.#mutexAt + WAITERS_AT)
    } catch {
      // It matters only to others, and only if one of them is killed.
    }
  }
}

/**
 * LMDB's own descriptor of the file, which is open as long as the environment. To open another one and close it would end
 * what LMDB has locked with this one (POSIX, fcntl); and one of other code may be closed at any moment.
 */
export function descriptorOf(path: string): number | undefined {
  const { dev, ino } = statSync(path)
  const kept = readingDescriptors()
  const those = readdirSync('/dev/fd')
    .map(Number)
    .filter((fd) => !kept.has(fd) && isOfFile(fd))
  return those.length <= 1 ? those[0] : those.find(hasLocked)

  function isOfFile(fd: number): boolean {
    try {
      const found = fstatSync(fd)
      return found.ino === ino && found.dev === dev
    } catch {
      return false
    }
  }
}

/** Linux shows for each descriptor the locks that were taken with it. */
function hasLocked(fd: number): boolean {
  try {
    return /^lock:.* POSIX /m.test(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))
  } catch {
    return false
  }
}

/** Where the mutex is that this thread holds, if it is one of glibc. */
function heldMutex(fd: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
  return mutexAt(fd, (word) => (word & HOLDER) === thread)
}

/** Where the mutex of writers is, if it is one of glibc, and its first word as wanted. */
export function mutexAt(fd: number, isWanted: (word: number) => boolean = () => true): number | undefined {
  const head = Buffer.alloc(HEAD_BYTES)
  readSync(fd, head, 0, HEAD_BYTES, 0)
  return MUTEX_PLACES.find(
    (at) => head.readUInt32LE(at + KIND_AT) === ROBUST_AND_SHARED && isWanted(head.readUInt32LE(at)),
  )
}
