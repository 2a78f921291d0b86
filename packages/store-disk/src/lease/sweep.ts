import { unlinkQuietly } from '../files/removal.ts'
import { isOwnFolder } from '../folder/own-folder.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { readToken, type Token } from './token.ts'

/** A shard is swept by the first writes of a process, one by each, and then by every so many writes. */
const SELDOM = 128
/** How many files one sweep judges at most. */
const MOST_LOOKS = 64
const QUARANTINE_KEPT_FOR = 7 * 24 * 3_600_000

/** Removes the tokens of writers that died, a few at a time. */
export class Sweep {
  readonly #options: ResolvedOptions
  readonly #isLitter: (path: string, token: Token) => boolean
  readonly #looked: () => void
  #writes = 0
  #next: number

  /** @param looked is called when a look is over */
  constructor(options: ResolvedOptions, isLitter: (path: string, token: Token) => boolean, looked: () => void) {
    this.#options = options
    this.#isLitter = isLitter
    this.#looked = looked
    this.#next = Math.floor(Math.random() * options.layout.shards.length)
  }

  /** A write is under way: time to sweep a little. */
  step(): void {
    const { shards } = this.#options.layout
    if (this.#writes++ >= shards.length && this.#writes % SELDOM !== 0) return
    try {
      this.#shard(shards[this.#next++ % shards.length]!, MOST_LOOKS)
    } catch {
      // The next sweep tries again; the write that it goes with reports a problem with the folder, if there is one.
    }
  }

  /** All of it at once. */
  all(): void {
    for (const shard of this.#options.layout.shards) this.#shard(shard, Number.POSITIVE_INFINITY)
    this.#quarantine()
  }

  #shard(shard: string, looks: number): void {
    let left = looks
    const names = this.#names(shard)
    // From any of them on: else, with many that stay, a sweep would never reach those at the end.
    const first = Math.floor(Math.random() * names.length)
    for (let index = 0; index < names.length && left > 0; index++, left--) {
      const name = names[(first + index) % names.length]!
      const token = readToken(name)
      // A file that is no token is foreign.
      if (token !== undefined && this.#isLitter(shard + name, token)) unlinkQuietly(this.#options, shard + name)
    }
    this.#looked()
  }

  #quarantine(): void {
    const { fs, clock, layout } = this.#options
    for (const name of this.#names(layout.quarantine)) {
      // A file that we did not move there ourselves is foreign.
      if (readToken(name) === undefined) continue
      const stat = fs.lstatSync(layout.quarantine + name, { throwIfNoEntry: false })
      // A folder that was in an entry's place may hold anything.
      if (stat === undefined || stat.isDirectory() || clock.now() - stat.ctimeMs < QUARANTINE_KEPT_FOR) continue
      unlinkQuietly(this.#options, layout.quarantine + name)
    }
  }

  #names(folder: string): string[] {
    const { fs } = this.#options
    return isOwnFolder(fs, this.#options.layout.work) && isOwnFolder(fs, folder) ? fs.readdirSync(folder) : []
  }
}
