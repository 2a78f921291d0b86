import { StoreError } from '@persist/errors'
import type { LeaseHolder } from '@persist/store'
import { signOf } from '@persist/store/holder'
import { CREATE_FLAGS, errorCode, makeFile, READ_FLAGS } from '../files/file-system.ts'
import type { FileStat } from '../files/file-system-calls.ts'
import { openOwn } from '../files/own-file.ts'
import { moveOut, unlinkIfThere, unlinkQuietly } from '../files/removal.ts'
import { checkOwnFolder, isOwnFolder, makeOwnFolder } from '../folder/own-folder.ts'
import type { Root } from '../folder/root.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { KnownHolders } from './known-holders.ts'
import { readNote } from './note.ts'
import { MOST_WATCHED, Observations } from './observations.ts'
import { Silences } from './silences.ts'
import { Sweep } from './sweep.ts'
import { readToken, scratchName, type Token, type TokenKind, tokenName } from './token.ts'

/** How long an entry that is being set by another host may take before its token counts as left behind. */
const SET_MS = 10_000
/** A pid alone may be a later process's: then its holder counts as alive for so many leases without a heartbeat. */
const LIKELY_LEASES = 10
/** A holder that cannot be asked, and whose lease nobody wants, is given up after this silence, and these leases. */
const GIVEN_UP_AFTER = 24 * 3_600_000
const LITTER_LEASES = 10
/** What a token says of its own time is believed up to here, or up to ten times one's own lease. */
const LONGEST_LEASE = 600_000
/** Of so many tokens in a folder a look at all of them learns as much as it can, once in so many milliseconds. */
const MANY = 64
const LEARN_AGAIN_MS = 1000
/** How many tokens of dead holders go at once, so that the next looks are short. */
const MOST_AT_ONCE = 1024
/** A listing on a network share may show for a while what has gone: so often it is asked again. */
const MOST_ROUNDS = 10

/** The entry that a token is for. */
export interface Target {
  /** Of the namespace. */
  readonly namespaceId: string
  /** Of the hash. */
  readonly entryId: string
}

/** The tokens of a store: a process that computes, sets or deletes an entry has one of its own. */
export class Tokens {
  readonly #options: ResolvedOptions
  readonly #root: Root
  readonly #observations: Observations
  readonly #silences: Silences
  readonly #holders = new KnownHolders()
  /** The folders of tokens that have many: when all of them were last noted. */
  readonly #crowded = new Map<string, number>()
  readonly #leased = new Set<string>()
  readonly #safe = new Set<string>()
  readonly sweep: Sweep

  constructor(options: ResolvedOptions, root: Root) {
    this.#options = options
    this.#root = root
    this.#silences = new Silences(options)
    this.#observations = new Observations(options.clock.monotonic, MOST_WATCHED, (name, stamp, ms) =>
      this.#silences.before(name, stamp, ms),
    )
    this.sweep = new Sweep(
      options,
      (path, token) => this.#isLitter(path, token),
      () => this.#silences.flush(),
    )
  }

  /** Makes a token and leaves it open. */
  create(
    { namespaceId, entryId }: Target,
    what: number | Exclude<TokenKind, 'lease'> = 'set',
  ): { path: string; name: string; fd: number } {
    const folder = this.#options.layout.shardOf(entryId)
    const name = tokenName(`${namespaceId}-${entryId}`, what)
    const path = folder + name
    this.#root.check()
    this.sweep.step()
    for (let attempt = 0; ; attempt++) {
      try {
        this.#checkFolder(folder)
        if (typeof what === 'number' && !this.#leased.has(namespaceId)) this.#noteLeases(namespaceId)
        return { path, name, fd: this.#options.fs.openSync(path, CREATE_FLAGS, 0o666) }
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || attempt === 3) throw error
        this.#leased.clear()
        this.#safe.clear()
        // Most often only this shard is not there yet; else the whole folder has been removed.
        if (!this.#options.fs.existsSync(this.#options.layout.work)) this.#root.forget()
        this.#root.make()
        makeOwnFolder(this.#options, folder)
      }
    }
  }

  /** `undefined`: nothing can be made in this folder, which may be full or read-only. */
  createIfPossible(target: Target, what: 'delete'): string | undefined {
    try {
      const { path, fd } = this.create(target, what)
      this.#options.fs.closeSync(fd)
      return path
    } catch (error) {
      if (error instanceof StoreError) throw error
      return undefined
    }
  }

  /** Takes one's own token back. What cannot be removed is swept away some day. */
  drop(path: string): void {
    unlinkQuietly(this.#options, path)
  }

  /** Whether there may be leases in a namespace. */
  mayHaveLeases(namespaceId: string): boolean {
    if (this.#leased.has(namespaceId)) return true
    if (!this.#options.fs.existsSync(this.#options.layout.leasesMarker(namespaceId))) return false
    this.#leased.add(namespaceId)
    return true
  }

  /** The tokens for an entry, but the one by one's own name. */
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
   * The lease that another one was seen to hold, and still holds: one file is looked at, however many there are. Whoever is
   * not told of one here has to look for rivals.
   */
  knownHolder({ namespaceId, entryId }: Target): Token | undefined {
    const shard = this.#options.layout.shardOf(entryId)
    const token = this.#holders.of(shard, `${namespaceId}-${entryId}`)
    if (token === undefined) return undefined
    const stat = this.#opened(shard + token.name)
    if (stat !== undefined && !this.#isSilent(shard + token.name, token, stat)) return token
    this.#holders.forget(shard, token.target)
    return undefined
  }

  /** Remembers who holds a lease. */
  noteHolder({ entryId }: Target, token: Token): void {
    this.#holders.note(this.#options.layout.shardOf(entryId), token)
  }

  /** Takes the tokens of dead holders away that this process has waited for, where there are many. */
  removeLost({ entryId }: Target): void {
    const shard = this.#options.layout.shardOf(entryId)
    if (!this.#crowded.has(shard)) return
    let left = MOST_AT_ONCE
    for (const token of this.#holders.in(shard)) {
      const isRipe = this.#observations.mayBeUnchangedFor(token.name, token.leaseMs ?? 0)
      if (!isRipe || !this.isLost(shard + token.name, token)) continue
      this.#holders.forget(shard, token.target)
      this.#remove(shard, token.name)
      if (--left === 0) return
    }
  }

  /** Takes all tokens of one kind for an entry away: no lease can be published, nothing that is aside comes back. */
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
   * Takes a token away. This and its holder's rename of it compete, and one of them succeeds. `false`: it was not there
   * any more.
   */
  remove({ entryId }: Target, { name }: Token): boolean {
    return this.#remove(this.#options.layout.shardOf(entryId), name)
  }

  /** Whether a token's holder has died, or shown no sign of life for its time by our own monotonic clock. */
  isLost(path: string, token: Token): boolean {
    const sign = signOf(token.holder)
    if (sign === 'gone') return true
    if (sign === 'alive') return false
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    return stat === undefined || this.#isSilent(path, token, stat, sign)
  }

  /** What others may know of the lease that this token is. */
  describe({ entryId }: Target, { name }: Token): LeaseHolder {
    const path = this.#options.layout.shardOf(entryId) + name
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    const { promised, waitsFor } = stat?.isFile() ? readNote(this.#options, path, stat.size) : {}
    return { id: name, ...(promised && { promised }), ...(waitsFor && { waitsFor }) }
  }

  names(folder: string): string[] {
    try {
      return this.#options.fs.readdirSync(folder)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }

  /**
   * Whether a token that nobody asks for may be swept away: its holder is gone, or has been silent for a day by the time
   * in the file, and for some leases by our own monotonic clock, since the first may be wrong.
   */
  #isLitter(path: string, token: Token): boolean {
    const sign = signOf(token.holder)
    if (sign === 'gone') return true
    if (sign === 'alive' || sign === 'self') return false
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return true
    const seemsOld = this.#options.clock.now() - stat.mtimeMs > GIVEN_UP_AFTER
    return seemsOld && this.#leasesOfSilence(path, token, stat) >= LITTER_LEASES
  }

  #isSilent(path: string, token: Token, stat: FileStat, sign = signOf(token.holder)): boolean {
    if (sign === 'gone') return true
    if (sign === 'alive') return false
    return this.#leasesOfSilence(path, token, stat) >= (sign === 'likely' ? LIKELY_LEASES : 1)
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

  /** For how many times its own time a token has not changed. */
  #leasesOfSilence(path: string, token: Token, { mtimeMs, size }: Pick<FileStat, 'mtimeMs' | 'size'>): number {
    const said = readNote(this.#options, path, size).ms ?? token.leaseMs ?? SET_MS
    const ms = Math.max(1, Math.min(said, Math.max(LONGEST_LEASE, 10 * this.#options.leaseMs)))
    const silentMs = this.#observations.unchangedFor(token.name, `${mtimeMs} ${size}`, ms)
    this.#silences.flushIfDue()
    return silentMs / ms
  }

  #remove(shard: string, name: string): boolean {
    this.#observations.forget(name)
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

  /** A link in the place of a folder would lead out of the store's folder. */
  #checkFolder(folder: string): void {
    if (this.#safe.has(folder)) return
    checkOwnFolder(this.#options.fs, this.#options.layout.work)
    checkOwnFolder(this.#options.fs, folder)
    this.#safe.add(folder)
  }

  #noteLeases(namespaceId: string): void {
    const { fs, layout } = this.#options
    try {
      makeFile(fs, layout.leasesMarker(namespaceId), () => {})
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    this.#leased.add(namespaceId)
  }
}
