import { unlinkQuietly } from '../files/removal.ts'
import { isOwnFolder } from '../folder/own-folder.ts'
import type { Plan } from '../plan.ts'
import { readToken, type Token } from './token.ts'

/** A shard is swept by the first writes of a process, one by each, and then by every so many writes. */
const SELDOM = 128
/** How many files one sweep judges at most. */
const MOST_LOOKS = 64
const DAMAGED_KEPT_FOR = 7 * 24 * 3_600_000

/** Takes away what writers that died have left behind, a little at a time. */
export class Sweep {
  readonly #plan: Plan
  readonly #isLitter: (path: string, token: Token) => boolean
  readonly #looked: () => void
  #writes = 0
  #next: number

  /** @param looked is called when a look is over */
  constructor(plan: Plan, isLitter: (path: string, token: Token) => boolean, looked: () => void) {
    this.#plan = plan
    this.#isLitter = isLitter
    this.#looked = looked
    this.#next = Math.floor(Math.random() * plan.layout.shards.length)
  }

  /** A write is under way: time for a little upkeep. */
  step(): void {
    const { shards } = this.#plan.layout
    if (this.#writes++ >= shards.length && this.#writes % SELDOM !== 0) return
    try {
      this.#shard(shards[this.#next++ % shards.length]!, MOST_LOOKS)
    } catch {
      // The next sweep tries again; the write that it goes with tells what is wrong with the folder, if anything.
    }
  }

  /** All of it at once. */
  all(): void {
    for (const shard of this.#plan.layout.shards) this.#shard(shard, Number.POSITIVE_INFINITY)
    this.#damaged()
  }

  #shard(shard: string, looks: number): void {
    let left = looks
    const names = this.#names(shard)
    // From any of them on: else those at the end would never be looked at behind many that stay.
    const first = Math.floor(Math.random() * names.length)
    for (let index = 0; index < names.length && left > 0; index++, left--) {
      const name = names[(first + index) % names.length]!
      const token = readToken(name)
      // A file that is no token is foreign.
      if (token !== undefined && this.#isLitter(shard + name, token)) unlinkQuietly(this.#plan, shard + name)
    }
    this.#looked()
  }

  #damaged(): void {
    const { fs, clock, layout } = this.#plan
    for (const name of this.#names(layout.damaged)) {
      // A file that we did not move there ourselves is foreign.
      if (readToken(name) === undefined) continue
      const stat = fs.lstatSync(layout.damaged + name, { throwIfNoEntry: false })
      // A folder that was in an entry's place may hold anything.
      if (stat === undefined || stat.isDirectory() || clock.now() - stat.ctimeMs < DAMAGED_KEPT_FOR) continue
      unlinkQuietly(this.#plan, layout.damaged + name)
    }
  }

  #names(folder: string): string[] {
    const { fs } = this.#plan
    return isOwnFolder(fs, this.#plan.layout.work) && isOwnFolder(fs, folder) ? fs.readdirSync(folder) : []
  }
}
