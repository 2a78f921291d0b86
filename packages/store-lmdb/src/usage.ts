import type { Rooms } from './environment.ts'
import { keyOf } from './keys.ts'

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

  /** Writes the notes down; to be called inside a change. */
  write({ entries, used }: Rooms): void {
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

/** When an entry was last used, as far as it was written down; else when it was made. */
export function lastUse({ used }: Rooms, key: Buffer, createdAt: number): number {
  return Math.max(createdAt, used.get(key)?.readDoubleLE() ?? 0)
}
