import type { LeaseHolder } from '@persist/store'
import { errorCode, READ_FLAGS } from '../files/file-system.ts'
import type { FileStat } from '../files/file-system-calls.ts'
import { openOwn } from '../files/own-file.ts'
import { moveOut, unlinkIfThere } from '../files/removal.ts'
import { isOwnFolder } from '../folder/own-folder.ts'
import type { Root } from '../folder/root.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { KnownHolders } from './known-holders.ts'
import { readNote } from './note.ts'
import { Sweep } from './sweep.ts'
import { readToken, scratchName, type Token } from './token.ts'
import { type Target, TokenFactory } from './token-factory.ts'
import { TokenLiveness } from './token-liveness.ts'

/** With this many tokens in a folder, a look at all of them notes every holder, at most once in this time. */
const MANY = 64
const LEARN_AGAIN_MS = 1000
/** How many tokens of dead holders go at once, so that the next looks are short. */
const MOST_AT_ONCE = 1024
/** A listing on a network share may show for a while what has gone: how often it is repeated. */
const MOST_ROUNDS = 10

/** The tokens of a store: a process that computes, sets or deletes an entry has one of its own. */
export class Tokens {
  readonly #options: ResolvedOptions
  readonly #liveness: TokenLiveness
  readonly #holders = new KnownHolders()
  /** The folders of tokens that have many: when all of them were last noted. */
  readonly #crowded = new Map<string, number>()
  readonly factory: TokenFactory
  readonly sweep: Sweep

  constructor(options: ResolvedOptions, root: Root) {
    this.#options = options
    this.#liveness = new TokenLiveness(options)
    this.sweep = new Sweep(
      options,
      (path, token) => this.#liveness.isLitter(path, token),
      () => this.#liveness.flush(),
    )
    this.factory = new TokenFactory(options, root, this.sweep)
  }

  /** The tokens for an entry, without the one with one's own name. */
  rivals({ namespaceId, entryId }: Target, own?: string): Token[] {
    const target = `${namespaceId}-${entryId}`
    const found: Token[] = []
    const shard = this.#options.layout.shardOf(entryId)
    const names = this.names(shard)
    if (names.length >= MANY) this.#learn(shard, names)
    else this.#crowded.delete(shard)
    for (const name of names) {
      if (name === own || !name.startsWith(target)) continue
      const token = readToken(name)
      if (token?.target === target) found.push(token)
    }
    return found
  }

  /**
   * The lease that another one was seen to hold, and still holds: this looks at one file, however many there are. After
   * `undefined` a caller has to look for rivals.
   */
  knownHolder({ namespaceId, entryId }: Target): Token | undefined {
    const shard = this.#options.layout.shardOf(entryId)
    const token = this.#holders.of(shard, `${namespaceId}-${entryId}`)
    if (token === undefined) return undefined
    const stat = this.#opened(shard + token.name)
    if (stat !== undefined && !this.#liveness.isSilent(shard + token.name, token, stat)) return token
    this.#holders.forget(shard, token.target)
    return undefined
  }

  /** Remembers who holds a lease. */
  noteHolder({ entryId }: Target, token: Token): void {
    this.#holders.note(this.#options.layout.shardOf(entryId), token)
  }

  /** Removes the tokens of dead holders that this process has waited for, if there are many. */
  removeLost({ entryId }: Target): void {
    const shard = this.#options.layout.shardOf(entryId)
    if (!this.#crowded.has(shard)) return
    let left = MOST_AT_ONCE
    for (const token of this.#holders.in(shard)) {
      if (!this.#liveness.mayBeLost(token) || !this.isLost(shard + token.name, token)) continue
      this.#holders.forget(shard, token.target)
      this.#remove(shard, token.name)
      if (--left === 0) return
    }
  }

  /** Removes all tokens of one kind for an entry: then no lease can be published, and nothing that is aside comes back. */
  end(target: Target, kind: 'lease' | 'aside', own?: string): number {
    return this.#removeAll(() => this.rivals(target, own).filter((token) => token.kind === kind))
  }

  /** The same for all entries of a namespace. */
  endAll(namespaceId: string, kind: 'lease' | 'aside'): number {
    let removed = 0
    for (const shard of this.#options.layout.shards) {
      const ofNamespace = () =>
        this.names(shard)
          .filter((name) => name.startsWith(`${namespaceId}-`))
          .map(readToken)
          .filter((token) => token?.kind === kind) as Token[]
      if (isOwnFolder(this.#options.fs, shard)) removed += this.#removeAll(ofNamespace, shard)
    }
    return removed
  }

  /**
   * Removes a token. This competes with its holder's rename, and one of them succeeds. `false`: the token was gone.
   */
  remove({ entryId }: Target, { name }: Token): boolean {
    return this.#remove(this.#options.layout.shardOf(entryId), name)
  }

  /** Whether a token's holder has died, or shown no sign of life for its time by our own monotonic clock. */
  isLost(path: string, token: Token): boolean {
    return this.#liveness.isLost(path, token)
  }

  /** What others may know of the lease that this token is. */
  describe({ entryId }: Target, { name }: Token): LeaseHolder {
    const path = this.#options.layout.shardOf(entryId) + name
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    const { promised, waitsFor } = stat?.isFile() ? readNote(this.#options, path, stat.size) : {}
    return { id: name, ...(promised && { promised }), ...(waitsFor && { waitsFor }) }
  }

  /** The names in a folder of tokens. */
  names(folder: string): string[] {
    try {
      return this.#options.fs.readdirSync(folder)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }

  /** Opened, and not only looked at: on a network share that alone shows that a file is gone. */
  #opened(path: string): FileStat | undefined {
    const { fs } = this.#options
    try {
      const fd = openOwn(fs, path, READ_FLAGS)
      try {
        return fs.fstatSync(fd)
      } finally {
        fs.closeSync(fd)
      }
    } catch {
      // Also what is no token of ours, or may not be read: the names in the folder decide then.
      return undefined
    }
  }

  #learn(shard: string, names: readonly string[]): void {
    const now = this.#options.clock.monotonic()
    if (now - (this.#crowded.get(shard) ?? Number.NEGATIVE_INFINITY) < LEARN_AGAIN_MS) return
    this.#crowded.set(shard, now)
    for (const name of names) {
      const token = readToken(name)
      if (token !== undefined) this.#holders.note(shard, token)
    }
  }

  #remove(shard: string, name: string): boolean {
    this.#liveness.forget(name)
    try {
      return unlinkIfThere(this.#options, shard + name)
    } catch (error) {
      // A foreign folder stands there, which may hold anything.
      if (!isOwnFolder(this.#options.fs, shard + name)) throw error
      return moveOut(this.#options, shard + name, this.#options.layout.quarantine, scratchName()) !== undefined
    }
  }

  /** Until none is left: one that has gone by itself may have made room for another, as a thief's does. */
  #removeAll(list: () => Token[], shard?: string): number {
    let removed = 0
    for (let round = 0; round < MOST_ROUNDS; round++) {
      let isSure = true
      for (const { name, target } of list()) {
        if (this.#remove(shard ?? this.#options.layout.shardOf(target.slice(target.indexOf('-') + 1)), name)) removed++
        else isSure = false
      }
      if (isSure) break
    }
    return removed
  }
}
