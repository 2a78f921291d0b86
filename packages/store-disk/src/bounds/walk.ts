import { errorCode } from '../files/file-system.ts'
import type { OpenFolder } from '../files/file-system-calls.ts'
import { isNamedAsEntry, isOwnEntry } from '../files/own-entry.ts'
import type { FileMark } from '../files/removal.ts'
import type { NamespaceFolder } from '../folder/namespace-folder.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import type { Usage } from './usage-file.ts'

/** How long a walk that is not continued keeps its folder open. */
const IDLE_MS = 60_000

/** An entry's file, as a walk met it. */
export interface MetFile extends FileMark {
  readonly name: string
  /** The round in which it was met. */
  readonly round: number
}

/** Goes round a folder forever, a few files at a time, and knows after every round how much is in it. */
export class Walk {
  readonly #options: ResolvedOptions
  readonly #folder: NamespaceFolder
  #dir: OpenFolder | undefined
  #met = { entries: 0, bytes: 0 }
  #round = 0
  #idle: NodeJS.Timeout | undefined

  constructor(options: ResolvedOptions, folder: NamespaceFolder) {
    this.#options = options
    this.#folder = folder
  }

  /** Looks at this many more files. Returns how much there is, when that ends a round. */
  step(looks: number, meet: (file: MetFile) => void): Usage | undefined {
    const folder = this.#folder.find()
    if (folder === undefined) return undefined
    this.#dir ??= this.#open(folder)
    for (let look = 0; look < looks && this.#dir !== undefined; look++) {
      const entry = this.#dir.readSync()
      if (entry === null) return this.#endRound()
      if (!isNamedAsEntry(entry.name)) continue
      const stat = this.#options.fs.lstatSync(folder + entry.name, { throwIfNoEntry: false })
      if (stat === undefined || !stat.isFile() || !isOwnEntry(this.#options, folder, entry.name)) continue
      this.#met.entries++
      this.#met.bytes += stat.size
      const { dev, ino, mtimeMs, size } = stat
      meet({ name: entry.name, round: this.#round, dev, ino, mtimeMs, size })
    }
    return undefined
  }

  /** How many files this round has left, by their names alone; ends it. */
  countRest(): number {
    let count = 0
    for (let entry = this.#dir?.readSync() ?? null; entry !== null; entry = this.#dir!.readSync()) {
      if (isNamedAsEntry(entry.name)) count++
    }
    this.close()
    return count
  }

  /** Passes over files without a look: so that writers that live for few writes do not all meet the same ones. */
  skip(files: number): void {
    const folder = this.#folder.find()
    if (folder === undefined) return
    this.#dir ??= this.#open(folder)
    for (let file = 0; file < files; file++) {
      if (this.#dir?.readSync() !== null) continue
      this.close()
      return
    }
    // This round will not have seen all: the next one counts.
    this.#met.entries = Number.NaN
  }

  /** An entry of this round has been added or taken away since. */
  adjust({ entries, bytes }: Usage): void {
    if (this.#dir === undefined) return
    this.#met.entries += entries
    this.#met.bytes += bytes
  }

  /** Whether a file was met in this round. */
  isOfThisRound({ round }: MetFile): boolean {
    return this.#dir !== undefined && round === this.#round
  }

  /** Lets go of the folder; the next step begins a new round. */
  close(): void {
    clearTimeout(this.#idle)
    this.#idle = undefined
    this.#met = { entries: 0, bytes: 0 }
    this.#round++
    const dir = this.#dir
    this.#dir = undefined
    dir?.closeSync()
  }

  #endRound(): Usage | undefined {
    const met = this.#met
    this.close()
    return Number.isNaN(met.entries) ? undefined : met
  }

  #open(folder: string): OpenFolder | undefined {
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref()
    try {
      return this.#options.fs.opendirSync(folder)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      this.#folder.forget()
      return undefined
    }
  }
}
