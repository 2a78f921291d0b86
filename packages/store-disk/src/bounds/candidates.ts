import type { MetFile } from './walk.ts'

/** A file that may go. */
export interface Candidate extends MetFile {
  /** For comparing, see `last-use.ts`. */
  readonly usedAt: number
}

/** Of the files that were met, how many of those unused for longest are remembered. */
const MOST = 64

/** The files that may go: of all files that were met recently, those that were unused for longest. */
export class Candidates {
  readonly #files: Candidate[] = []

  get size(): number {
    return this.#files.length
  }

  /** Remembers a file, if it was unused for long enough; instead of what was known of it. */
  meet(file: Candidate): void {
    const files = this.#files
    const known = files.findIndex(({ name }) => name === file.name)
    if (known !== -1) files.splice(known, 1)
    if (files.length === MOST && file.usedAt >= files[MOST - 1]!.usedAt) return
    const index = files.findIndex(({ usedAt }) => usedAt > file.usedAt)
    files.splice(index === -1 ? files.length : index, 0, file)
    if (files.length > MOST) files.pop()
  }

  /** Hands out the one that was unused for longest. */
  take(): Candidate | undefined {
    return this.#files.shift()
  }
}
