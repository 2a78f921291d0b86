import type { Entry, Lease } from '@persist/store'
import type { EntryFiles } from '../files/entry-files.ts'
import { errorCode, REWRITE_FLAGS } from '../files/file-system.ts'
import { openOwn } from '../files/own-file.ts'
import { unlinkIfThere } from '../files/removal.ts'
import type { Plan } from '../plan.ts'
import { writePromised, writeTime, writeWaits } from './note.ts'
import type { Taken } from './take.ts'

/** What the coarsest file systems tell apart, such as FAT. */
const LEAST_STEP_MS = 2000

/** A lease that was taken: its token becomes the entry. */
export class DiskLease implements Lease<'sync'> {
  readonly id: string
  readonly #plan: Plan
  readonly #files: EntryFiles
  readonly #path: string
  readonly #hash: string
  #ms: number
  #beat = 0
  #over = false
  #waits = false

  constructor(plan: Plan, files: EntryFiles, { path, id }: Taken, hash: string, ms: number) {
    this.#plan = plan
    this.#files = files
    this.#path = path
    this.id = id
    this.#hash = hash
    this.#ms = ms
  }

  promised(): void {
    if (this.#over) return
    this.#files.told('lease', this.#hash, () => this.#unlessLost(() => writePromised(this.#plan, this.#path)))
  }

  waitsFor(ids: readonly string[]): void {
    if (this.#over) return
    this.#waits = ids.length > 0
    this.#files.told('lease', this.#hash, () => this.#unlessLost(() => writeWaits(this.#plan, this.#path, ids)))
  }

  publish(entry: Entry): boolean {
    if (this.#over) return false
    return this.#files.told('publish', entry.hash, () => {
      this.#over = true
      let fd: number
      try {
        // A note of waits may be longer than the entry.
        if (this.#waits) writeWaits(this.#plan, this.#path, [])
        fd = openOwn(this.#plan.fs, this.#path, REWRITE_FLAGS)
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
    return this.#files.told('renew', this.#hash, () =>
      this.#unlessLost(() => {
        if (ms !== this.#ms) writeTime(this.#plan, this.#path, ms)
        this.#ms = ms
        // Others compare it with what it was, and with no clock: so it changes even where the clock stands still.
        this.#beat = Math.max(this.#plan.clock.now(), this.#beat + LEAST_STEP_MS)
        this.#plan.fs.lutimesSync(this.#path, this.#beat / 1000, this.#beat / 1000)
      }),
    )
  }

  release(): void {
    if (this.#over) return
    this.#over = true
    this.#files.told('release', this.#hash, () => void unlinkIfThere(this.#plan, this.#path))
  }

  #unlessLost(act: () => void): boolean {
    try {
      act()
      return true
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      this.#over = true
      return false
    }
  }
}

/** At least 1, and written in 12 digits at most. */
export function wholeMs(ms: number): number {
  return Math.min(Math.max(1, Math.ceil(ms)), 999_999_999_999)
}
