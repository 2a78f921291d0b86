import type { FileRecord, FileRecords } from '../closure/file-records.ts'

/**
 * What this process and the manifests that it read know of files. Each record is kept in one manifest: otherwise every module of a
 * program would have one of all its files.
 */
export class KnownRecords {
  readonly #known: FileRecords = new Map()
  readonly #keepers = new Map<string, string>()
  /** Manifests whose records were not needed yet. */
  readonly #unread = new Map<string, () => FileRecords>()

  get(key: string): FileRecord | undefined {
    return this.#known.get(key) ?? (this.#unread.size === 0 ? undefined : this.#readAll().get(key))
  }

  /** Adds those of a manifest, which are read when one is missed. A newer manifest of the same module replaces it. */
  addLater(keeper: string, records: () => FileRecords): void {
    this.#unread.set(keeper, records)
  }

  /** Adds those of a search. Returns the ones that its manifest is to keep. */
  add(keeper: string, records: FileRecords): FileRecords {
    const kept: FileRecords = new Map()
    for (const [key, record] of records) {
      const known = this.#known.get(key)
      // That of a file that has just changed is another one in each search.
      const isKnown = known === record || (record.tuple === null && known?.digest === record.digest)
      if (!isKnown) this.#known.set(key, record)
      if (!isKnown || this.#keepers.get(key) === keeper) {
        this.#keepers.set(key, keeper)
        kept.set(key, record)
      }
    }
    return kept
  }

  #readAll(): FileRecords {
    for (const [keeper, records] of this.#unread) {
      for (const [key, record] of records()) {
        if (this.#known.has(key)) continue
        this.#known.set(key, record)
        this.#keepers.set(key, keeper)
      }
    }
    this.#unread.clear()
    return this.#known
  }
}
