import { dirname } from 'node:path'
import { errorCode, type FileSystem, withCalls } from './file-system.ts'
import { isRead } from './read-only.ts'
import { sleepSync } from './sleep-sync.ts'

const PASSING = new Set(['EPERM', 'EACCES', 'EBUSY'])
const FIRST_MS = 1
const ALL_MS = 1000
/** So long after waiting in vain, nothing in the same folder is waited for. */
const REFUSED_MS = 30_000
const MOST_FOLDERS = 1000

/** What the waiting goes by, in milliseconds. */
export interface RetryClock {
  readonly sleep: (ms: number) => void
  readonly monotonic: () => number
}

const REAL: RetryClock = { sleep: sleepSync, monotonic: () => performance.now() }

/**
 * On Windows a file that another program has open at this moment, often a virus scanner, cannot be renamed, removed or
 * opened, nor looked at while it is being removed; a little later it can. So these calls are made again, for a second in
 * all. What is always refused costs that second once: after it, calls fail at once in the same folder until one succeeds
 * there or half a minute has passed, and in every folder until one succeeds anywhere.
 */
export function retryOnWindows(fs: FileSystem, waiting: RetryClock = REAL): FileSystem {
  const refusedAt = new Map<string, number>()
  const calls = {
    linkSync: (from, to) => again('write', to, () => fs.linkSync(from, to)),
    lstatSync: ((path, options) => again('read', path, () => fs.lstatSync(path, options))) as FileSystem['lstatSync'],
    lutimesSync: (path, atime, mtime) => again('write', path, () => fs.lutimesSync(path, atime, mtime)),
    mkdirSync: ((path, options) => again('write', path, () => fs.mkdirSync(path, options))) as FileSystem['mkdirSync'],
    opendirSync: (path, options) => again('read', path, () => fs.opendirSync(path, options)),
    openSync: (path, flags, mode) =>
      again(isRead(flags) ? 'read' : 'write', path, () => fs.openSync(path, flags, mode)),
    readdirSync: ((path: string, options: { readonly withFileTypes: true }) =>
      again('read', path, () => fs.readdirSync(path, options))) as unknown as FileSystem['readdirSync'],
    renameSync: (from, to) => again('write', to, () => fs.renameSync(from, to)),
    statSync: ((path, options) => again('read', path, () => fs.statSync(path, options))) as FileSystem['statSync'],
    unlinkSync: (path) => again('write', path, () => fs.unlinkSync(path)),
  } satisfies Partial<FileSystem>
  return withCalls(fs, calls)

  /** A folder that refuses all writing may well be read, and the other way round. */
  function again<T>(what: 'read' | 'write', path: string, act: () => T): T {
    const folder = `${what} ${dirname(path)}`
    for (let ms = FIRST_MS, waited = 0; ; ms *= 2) {
      try {
        const result = act()
        if (refusedAt.size > 0) {
          refusedAt.delete(folder)
          refusedAt.delete(what)
        }
        return result
      } catch (error) {
        if (!PASSING.has(errorCode(error) ?? '') || isRefused(folder) || isRefused(what)) throw error
        if (waited >= ALL_MS) {
          if (refusedAt.size >= MOST_FOLDERS) refusedAt.clear()
          const now = waiting.monotonic()
          refusedAt.set(folder, now).set(what, now)
          throw error
        }
        const time = Math.min(ms, ALL_MS - waited)
        waited += time
        waiting.sleep(time)
      }
    }
  }

  function isRefused(folder: string): boolean {
    const since = refusedAt.get(folder)
    return since !== undefined && waiting.monotonic() - since < REFUSED_MS
  }
}
