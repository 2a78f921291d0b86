import { setBounded } from './bounded-map.ts'
import type { FileSystem, Stamp } from './file-system.ts'
import { listingDigest } from './listing.ts'
import { areEqual, isRacy, stampText } from './stamps.ts'

/** The digests of so many files and folders are held. */
const MOST_HELD = 10_000

/** A digest, and the stamp by which it is still right. */
interface Held {
  readonly stamp: Stamp
  readonly digest: string
}

/** Digests of files and of listings. Holds those whose stamps can be trusted, so that the next check need not read. */
export class Contents {
  readonly fs: FileSystem
  readonly #held = new Map<string, Held>()

  constructor(fs: FileSystem) {
    this.fs = fs
  }

  /** The digest of a file's content, or of the names in a folder. `undefined`: it is not there, or is of another kind. */
  digest(path: string, kind: 'file' | 'directory', stamp = this.fs.stat(path)): string | undefined {
    if (stamp?.kind !== kind) return undefined
    const held = this.#held.get(path)
    if (held !== undefined && areEqual(held.stamp, stamp)) return held.digest
    const at = this.fs.now()
    if (kind === 'directory') {
      const digest = listingDigest(this.fs.list(path))
      this.#hold(path, digest, stamp, at)
      return digest
    }
    const { digest, size } = this.fs.content(path, stamp.size)
    // The files of /proc have no size, and times that never change.
    if (size === stamp.size) this.#hold(path, digest, stamp, at)
    return digest
  }

  /**
   * The stamp of something that was just read, if that stamp stands for what was read.
   *
   * @param before the stamp before it was read.
   * @param at the time before it was read, milliseconds since 1970.
   */
  trusted(path: string, digest: string, before: Stamp | undefined, at: number): string | undefined {
    return before !== undefined && this.#hold(path, digest, before, at) ? stampText(before) : undefined
  }

  #hold(path: string, digest: string, before: Stamp, at: number): boolean {
    const after = this.fs.stat(path)
    if (after === undefined || !areEqual(before, after) || isRacy(before, at)) return false
    setBounded(this.#held, path, { stamp: before, digest }, MOST_HELD)
    return true
  }
}
