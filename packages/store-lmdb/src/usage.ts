import type { Databases } from './environment.ts'
import { keyOf } from './keys.ts'
import { PAGE_BYTES } from './room.ts'

const MOST_NOTES = 1_000

/** Notes what was read, in memory, and writes it down with the next change: reading must not cost a write. */
export class Usage {
  readonly #prefix: Buffer
  readonly #notes = new Map<string, number>()

  constructor(prefix: Buffer) {
    this.#prefix = prefix
  }

  note(hash: string): void {
    this.#notes.set(hash, Date.now())
  }

  get isLong(): boolean {
    return this.#notes.size >= MOST_NOTES
  }

  /** The most that the notes take when they are written: a page each. */
  get bytes(): number {
    return this.#notes.size * PAGE_BYTES
  }

  forget(): void {
    this.#notes.clear()
  }

  /** Writes the notes down; to be called inside a change. */
  write({ entries, used }: Databases): void {
    for (const [hash, time] of this.#notes) {
      const key = keyOf(this.#prefix, hash)
      if (!entries.doesExist(key)) continue
      const record = Buffer.allocUnsafe(8)
      record.writeDoubleLE(time)
      used.putSync(key, record)
    }
    this.#notes.clear()
  }
}

/** A clock that is set right again goes back by less than that. */
const AHEAD_MS = 60_000

/**
 * When an entry was last used, as far as it was written down; else when it was made. What was written while the clock was
 * ahead counts as older than all else, in its own order: else it would stay, and every new entry would go, until then.
 */
export function lastUse({ used }: Databases, key: Buffer, createdAt: number, now: number): number {
  const made = believable(createdAt, now)
  const record = used.get(key)
  return record?.length === 8 ? Math.max(made, believable(record.readDoubleLE(), now)) : made
}

/** Lower than every time since 1970, and in the order of the times. */
function believable(time: number, now: number): number {
  if (time <= now + AHEAD_MS) return time
  return Number.isFinite(time) ? time - Number.MAX_SAFE_INTEGER : Number.NEGATIVE_INFINITY
}
