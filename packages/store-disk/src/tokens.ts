import { join } from 'node:path'
import { CREATE_FLAGS, errorCode } from './file-system.ts'
import { signOf } from './holder.ts'
import { shardFolder } from './layout.ts'
import type { Plan } from './plan.ts'
import type { Root } from './root.ts'
import { readToken, type Token, tokenName } from './token.ts'

/** How long an entry that is being set by another host may take before its token counts as left behind. */
const SET_MS = 10_000
/** A pid alone may be a later process's: then its holder counts as alive for so many leases without a heartbeat. */
const LIKELY_LEASES = 10
const MOST_OBSERVATIONS = 1000

interface Observation {
  readonly stamp: string
  readonly since: number
}

/** The tokens under `.persist`: whoever computes or sets an entry has one there, and nobody else's. */
export class Tokens {
  readonly #plan: Plan
  readonly #root: Root
  readonly #observed = new Map<string, Observation>()

  constructor(plan: Plan, root: Root) {
    this.#plan = plan
    this.#root = root
  }

  /** Makes a token and leaves it open. */
  create(tag: string, mark: string, leaseMs?: number): { path: string; fd: number } {
    const folder = shardFolder(this.#root.dir, mark)
    const path = join(folder, tokenName(`${tag}-${mark}`, leaseMs))
    for (let attempt = 0; ; attempt++) {
      try {
        return { path, fd: this.#plan.fs.openSync(path, CREATE_FLAGS, 0o666) }
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || attempt === 3) throw error
        if (attempt > 0) this.#root.forget()
        this.#root.make()
        this.#plan.fs.mkdirSync(folder, { recursive: true })
      }
    }
  }

  /** The tokens for an entry but one's own. */
  rivals(tag: string, mark: string, own?: string): Token[] {
    const prefix = `${tag}-${mark}-`
    const found: Token[] = []
    for (const name of this.names(shardFolder(this.#root.dir, mark))) {
      if (!name.startsWith(prefix) || name === own) continue
      const token = readToken(name)
      if (token !== undefined) found.push(token)
    }
    return found
  }

  /** Ends the leases on an entry: whoever holds one cannot publish any more. */
  endLeases(tag: string, mark: string, own?: string): void {
    for (const rival of this.rivals(tag, mark, own)) if (rival.leaseMs !== undefined) this.remove(mark, rival.name)
  }

  /** Takes a token away. Its holder's rename of it and this compete: one of them succeeds. */
  remove(mark: string, name: string): void {
    this.#observed.delete(name)
    this.unlink(join(shardFolder(this.#root.dir, mark), name))
  }

  unlink(path: string): void {
    try {
      this.#plan.fs.unlinkSync(path)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }

  /** Whether a token's holder has died, or shown no sign of life for its time by our own monotonic clock. */
  isLost(mark: string, token: Token): boolean {
    const sign = signOf(token.holder)
    if (sign === 'gone') return true
    if (sign === 'alive') return false
    const path = join(shardFolder(this.#root.dir, mark), token.name)
    const stat = this.#plan.fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return true
    const patience = this.#patience(path, stat.size, token) * (sign === 'likely' ? LIKELY_LEASES : 1)
    return this.#unchangedFor(token.name, `${stat.mtimeMs} ${stat.size}`) >= patience
  }

  names(folder: string): string[] {
    try {
      return this.#plan.fs.readdirSync(folder)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }

  #unchangedFor(name: string, stamp: string): number {
    const now = this.#plan.clock.monotonic()
    const before = this.#observed.get(name)
    if (before?.stamp === stamp) return now - before.since
    this.#observed.delete(name)
    if (this.#observed.size >= MOST_OBSERVATIONS) this.#observed.delete(this.#observed.keys().next().value!)
    this.#observed.set(name, { stamp, since: now })
    return 0
  }

  /** A renewal for another time than the name says is written into the token. */
  #patience(path: string, size: number, { leaseMs = SET_MS }: Token): number {
    if (size === 0 || size > 12) return leaseMs
    try {
      const fd = this.#plan.fs.openSync(path, 'r')
      try {
        const bytes = Buffer.alloc(12)
        const text = bytes.toString('latin1', 0, this.#plan.fs.readSync(fd, bytes, 0, 12, 0))
        return /^\d+$/.test(text) ? Number(text) : leaseMs
      } finally {
        this.#plan.fs.closeSync(fd)
      }
    } catch {
      return leaseMs
    }
  }
}
