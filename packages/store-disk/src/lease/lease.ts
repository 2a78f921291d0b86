import type { Entry, Lease } from '@persist/store'
import { mayPass } from '@persist/store/kit'
import { dropToken, dropTokenQuietly } from '../files/dropped-tokens.ts'
import type { EntryFiles } from '../files/entry-files.ts'
import { errorCode, REWRITE_FLAGS } from '../files/file-system.ts'
import { openOwn } from '../files/own-file.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { writePromised, writeTime, writeWaits } from './note.ts'
import type { Taken } from './take.ts'

/** The smallest difference of times that the coarsest file systems keep, such as FAT. */
const LEAST_STEP_MS = 2000

/** A lease that was taken: its token becomes the entry. */
export class DiskLease implements Lease<'sync'> {
  readonly id: string
  readonly #options: ResolvedOptions
  readonly #files: EntryFiles
  readonly #path: string
  readonly #hash: string
  #ms: number
  #beat = 0
  #over = false
  /** Its token may be longer than an entry: it holds a note of waits, or a part of an entry. */
  #mayBeLong = false

  constructor(options: ResolvedOptions, files: EntryFiles, { path, id }: Taken, hash: string, ms: number) {
    this.#options = options
    this.#files = files
    this.#path = path
    this.id = id
    this.#hash = hash
    this.#ms = ms
  }

  promised(): void {
    if (this.#over) return
    this.#files.withStoreErrors('lease', this.#hash, () =>
      this.#unlessLost(() => writePromised(this.#options, this.#path)),
    )
  }

  waitsFor(ids: readonly string[]): void {
    if (this.#over) return
    this.#mayBeLong = ids.length > 0
    this.#files.withStoreErrors('lease', this.#hash, () =>
      this.#unlessLost(() => writeWaits(this.#options, this.#path, ids)),
    )
  }

  publish(entry: Entry): boolean {
    if (this.#over) return false
    this.#over = true
    try {
      return this.#files.withStoreErrors('publish', entry.hash, () => {
        let fd: number
        try {
          if (this.#mayBeLong) writeWaits(this.#options, this.#path, [])
          fd = openOwn(this.#options.fs, this.#path, REWRITE_FLAGS)
        } catch (error) {
          if (errorCode(error) === 'ENOENT') return false
          throw error
        }
        return this.#files.commit(this.#path, fd, entry)
      })
    } catch (error) {
      // By the token core stores the entry later, if that fails for a time, or releases it.
      if (mayPass(error)) [this.#over, this.#mayBeLong] = [false, true]
      else dropTokenQuietly(this.#options, this.#path)
      throw error
    }
  }

  renew(newMs: number): boolean {
    if (this.#over) return false
    const ms = wholeMs(newMs)
    return this.#files.withStoreErrors('renew', this.#hash, () =>
      this.#unlessLost(() => {
        if (ms !== this.#ms) writeTime(this.#options, this.#path, ms)
        this.#ms = ms
        // Others compare it with what it was, and with no clock: so it changes even where the clock stands still.
        this.#beat = Math.max(this.#options.clock.now(), this.#beat + LEAST_STEP_MS)
        this.#options.fs.lutimesSync(this.#path, this.#beat / 1000, this.#beat / 1000)
      }),
    )
  }

  release(): void {
    if (this.#over) return
    this.#over = true
    this.#files.withStoreErrors('release', this.#hash, () => dropToken(this.#options, this.#path))
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
