import { signOf } from '@persist/store/holder'
import { unlinkIfThere } from '../files/removal.ts'
import type { Plan } from '../plan.ts'
import { readToken, type Token } from './token.ts'

/** A shard is swept by the first writes of a process, one by each, and then by every so many writes. */
const SELDOM = 128
/** How many files one sweep judges at most. */
const MOST_LOOKS = 64
/** A holder that cannot be asked, on another host or one without `/proc`, is given up after this silence. */
const GIVEN_UP_AFTER = 24 * 3_600_000
const LEASES_BEFORE_GIVEN_UP = 10
const DAMAGED_KEPT_FOR = 7 * 24 * 3_600_000

/** Takes away what writers that died have left behind, a little at a time. */
export class Sweep {
  readonly #plan: Plan
  #writes = 0
  #next: number

  constructor(plan: Plan) {
    this.#plan = plan
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
    for (const name of this.#names(shard)) {
      if (left-- <= 0) return
      const token = readToken(name)
      // What is no token is somebody else's file.
      if (token !== undefined && this.#isLitter(shard + name, token)) unlinkIfThere(this.#plan, shard + name)
    }
  }

  #damaged(): void {
    const { fs, clock, layout } = this.#plan
    for (const name of this.#names(layout.damaged)) {
      const stat = fs.lstatSync(layout.damaged + name, { throwIfNoEntry: false })
      // A folder that was in an entry's place may hold anything.
      if (stat === undefined || stat.isDirectory() || clock.now() - stat.ctimeMs < DAMAGED_KEPT_FOR) continue
      unlinkIfThere(this.#plan, layout.damaged + name)
    }
  }

  #isLitter(path: string, { holder, leaseMs = 0 }: Token): boolean {
    const sign = signOf(holder)
    if (sign === 'gone') return true
    if (sign === 'alive' || sign === 'self') return false
    const stat = this.#plan.fs.lstatSync(path, { throwIfNoEntry: false })
    const silence = this.#plan.clock.now() - (stat?.mtimeMs ?? Number.POSITIVE_INFINITY)
    return silence > Math.max(GIVEN_UP_AFTER, leaseMs * LEASES_BEFORE_GIVEN_UP)
  }

  #names(folder: string): string[] {
    return this.#plan.fs.existsSync(folder) ? this.#plan.fs.readdirSync(folder) : []
  }
}
