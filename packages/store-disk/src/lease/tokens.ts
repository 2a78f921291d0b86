import { signOf } from '@persist/store/holder'
import { CREATE_FLAGS, errorCode, makeFile, REWRITE_FLAGS } from '../files/file-system.ts'
import { unlinkIfThere } from '../files/removal.ts'
import type { Root } from '../folder/root.ts'
import type { Plan } from '../plan.ts'
import { Sweep } from './sweep.ts'
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

/** The entry that a token is for. */
export interface Target {
  /** Of the namespace. */
  readonly tag: string
  /** Of the hash. */
  readonly mark: string
}

/** The tokens of a store: whoever computes or sets an entry has one, and nobody else has the same. */
export class Tokens {
  readonly #plan: Plan
  readonly #root: Root
  readonly #observed = new Map<string, Observation>()
  readonly #leased = new Set<string>()
  readonly #sweep: Sweep

  constructor(plan: Plan, root: Root) {
    this.#plan = plan
    this.#root = root
    this.#sweep = new Sweep(plan)
  }

  /** Makes a token and leaves it open. */
  create({ tag, mark }: Target, leaseMs?: number): { path: string; name: string; fd: number } {
    const folder = this.#plan.layout.shardOf(mark)
    const name = tokenName(`${tag}-${mark}`, leaseMs)
    const path = folder + name
    this.#sweep.step()
    for (let attempt = 0; ; attempt++) {
      try {
        if (leaseMs !== undefined && !this.#leased.has(tag)) this.#markLeased(tag)
        return { path, name, fd: this.#plan.fs.openSync(path, CREATE_FLAGS, 0o666) }
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || attempt === 3) throw error
        this.#leased.clear()
        // Most often only this shard is not there yet; else the whole folder has been removed.
        if (!this.#plan.fs.existsSync(this.#plan.layout.work)) this.#root.forget()
        this.#root.make()
        this.#plan.fs.mkdirSync(folder, { recursive: true })
      }
    }
  }

  /** Whether there may be leases in a namespace. */
  mayHaveLeases(tag: string): boolean {
    if (this.#leased.has(tag)) return true
    if (!this.#plan.fs.existsSync(this.#plan.layout.leaseMark(tag))) return false
    this.#leased.add(tag)
    return true
  }

  /** The tokens for an entry, but the one by one's own name. */
  rivals({ tag, mark }: Target, own?: string): Token[] {
    const target = `${tag}-${mark}`
    const found: Token[] = []
    for (const name of this.names(this.#plan.layout.shardOf(mark))) {
      if (name === own || !name.startsWith(target)) continue
      const token = readToken(name)
      if (token?.target === target) found.push(token)
    }
    return found
  }

  /** Ends the leases on an entry: whoever holds one cannot publish any more. */
  endLeases(target: Target, own?: string): void {
    for (const rival of this.rivals(target, own)) if (rival.leaseMs !== undefined) this.remove(target, rival)
  }

  /** Takes a token away. This and its holder's rename of it compete, and one of them succeeds. */
  remove({ mark }: Target, { name }: Token): void {
    this.#observed.delete(name)
    unlinkIfThere(this.#plan, this.#plan.layout.shardOf(mark) + name)
  }

  /** Whether a token's holder has died, or shown no sign of life for its time by our own monotonic clock. */
  isLost(path: string, token: Token): boolean {
    const sign = signOf(token.holder)
    if (sign === 'gone') return true
    if (sign === 'alive') return false
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

  #markLeased(tag: string): void {
    const { fs, layout } = this.#plan
    try {
      makeFile(fs, layout.leaseMark(tag), () => {})
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    this.#leased.add(tag)
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
    if (size !== NOTE_LENGTH) return leaseMs
    try {
      return readNote(this.#plan, path) ?? leaseMs
    } catch {
      return leaseMs
    }
  }
}

const NOTE_LENGTH = 12

/** Writes into a token how long it holds from now on. Entries are longer, and so cover it. */
export function writeNote({ fs }: Plan, path: string, ms: number): void {
  const fd = fs.openSync(path, REWRITE_FLAGS)
  try {
    fs.writeSync(fd, Buffer.from(String(ms).padStart(NOTE_LENGTH, '0')), 0, NOTE_LENGTH)
  } finally {
    fs.closeSync(fd)
  }
}

function readNote({ fs }: Plan, path: string): number | undefined {
  const fd = fs.openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(NOTE_LENGTH)
    const text = bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, NOTE_LENGTH, 0))
    return /^\d+$/.test(text) ? Number(text) : undefined
  } finally {
    fs.closeSync(fd)
  }
}
