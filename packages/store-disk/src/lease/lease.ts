import type { Entry, Lease } from '@persist/store'
import type { EntryFiles } from '../files/entry-files.ts'
import { errorCode, REWRITE_FLAGS } from '../files/file-system.ts'
import { pause } from '../files/pause.ts'
import { unlinkIfThere } from '../files/removal.ts'
import type { Plan } from '../plan.ts'
import { type Target, type Tokens, writeNote } from './tokens.ts'

const ATTEMPTS = 4
const PAUSE_MS = 1
const STEAL_ATTEMPTS = 100

/**
 * Takes the lease on an entry: makes a token, then looks who else has one. Whoever looks after making theirs sees all
 * that were there before, so of two at most one finds itself alone; and all names are unique, so nobody can take away,
 * or publish, anything but what they mean.
 */
export function takeLease(plan: Plan, tokens: Tokens, target: Target, ms: number, steal: boolean): string | undefined {
  const { path, name: own, fd } = tokens.create(target, ms)
  let mine = false
  try {
    plan.fs.closeSync(fd)
    mine = isAlone()
    return mine ? path : undefined
  } finally {
    if (!mine) unlinkIfThere(plan, path)
  }

  function isAlone(): boolean {
    const shard = plan.layout.shardOf(target.mark)
    for (let attempt = 0; ; attempt++) {
      const rivals = tokens.rivals(target, own).filter((rival) => {
        const goes =
          (steal && (rival.leaseMs !== undefined || attempt === STEAL_ATTEMPTS)) ||
          tokens.isLost(shard + rival.name, rival)
        if (goes) tokens.remove(target, rival)
        return !goes
      })
      if (rivals.length === 0) return true
      // Of those that ask at one moment the first by name stays and the others go, so that one of them gets it.
      if (!steal && (attempt === ATTEMPTS || rivals.some((rival) => rival.name < own))) return false
      if (attempt > 0) pause(PAUSE_MS)
    }
  }
}

/** A lease that was taken: its token becomes the entry. */
export class DiskLease implements Lease<'sync'> {
  readonly #plan: Plan
  readonly #files: EntryFiles
  readonly #path: string
  readonly #hash: string
  #ms: number
  #over = false

  constructor(plan: Plan, files: EntryFiles, path: string, hash: string, ms: number) {
    this.#plan = plan
    this.#files = files
    this.#path = path
    this.#hash = hash
    this.#ms = ms
  }

  publish(entry: Entry): boolean {
    if (this.#over) return false
    return this.#files.told('publish', entry.hash, () => {
      this.#over = true
      let fd: number
      try {
        fd = this.#plan.fs.openSync(this.#path, REWRITE_FLAGS)
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return false
        unlinkIfThere(this.#plan, this.#path)
        throw error
      }
      return this.#files.place(this.#path, fd, entry)
    })
  }

  renew(newMs: number): boolean {
    if (this.#over) return false
    const ms = wholeMs(newMs)
    return this.#files.told('renew', this.#hash, () => {
      try {
        if (ms !== this.#ms) writeNote(this.#plan, this.#path, ms)
        this.#ms = ms
        const now = this.#plan.clock.now() / 1000
        this.#plan.fs.lutimesSync(this.#path, now, now)
        return true
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error
        this.#over = true
        return false
      }
    })
  }

  release(): void {
    if (this.#over) return
    this.#over = true
    this.#files.told('release', this.#hash, () => void unlinkIfThere(this.#plan, this.#path))
  }
}

/** At least 1, and written in 12 digits at most. */
export function wholeMs(ms: number): number {
  return Math.min(Math.max(1, Math.ceil(ms)), 999_999_999_999)
}
