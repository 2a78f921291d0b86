import { dirname } from 'node:path'
import { type Sign, signOf } from '@persist/store/holder'
import { LeaseObserver } from '@persist/store/kit'
import { isDropped } from '../files/dropped-tokens.ts'
import type { FileStat } from '../files/file-system-calls.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { readNote } from './note.ts'
import { Silences } from './silences.ts'
import { folderMark, type Token } from './token.ts'

/** How long an entry that another host sets may take before its token counts as left over. */
const SET_MS = 10_000
/** A pid alone may be a later process's: then its holder counts as alive for this many leases without a heartbeat. */
const LIKELY_LEASES = 10
/** A holder that cannot be asked, and whose lease no process wants, is given up after this silence, and these leases. */
const GIVEN_UP_AFTER = 24 * 3_600_000
const LITTER_LEASES = 10
/** A token's own time is believed up to here, or up to ten times one's own lease. */
const LONGEST_LEASE = 600_000

/** Judges whether the holders of tokens are alive: by the kernel where it knows them, else by their signs of life. */
export class TokenLiveness {
  readonly #options: ResolvedOptions
  readonly #observer: LeaseObserver
  readonly #silences: Silences

  constructor(options: ResolvedOptions) {
    this.#options = options
    this.#silences = new Silences(options)
    this.#observer = new LeaseObserver({
      monotonic: options.clock.monotonic,
      seenBefore: (name, state, ms) => this.#silences.before(name, state, ms),
    })
  }

  /** Whether a token's holder has died, or shown no sign of life for its time by our own monotonic clock. */
  isLost(path: string, token: Token): boolean {
    if (isDropped(path)) return true
    const sign = this.#signOf(path, token)
    if (sign === 'gone') return true
    if (sign === 'alive') return false
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    return stat === undefined || this.isSilent(path, token, stat, sign)
  }

  /** As {@link isLost}, for a token that was just looked at. */
  isSilent(path: string, token: Token, stat: FileStat, sign = this.#signOf(path, token)): boolean {
    if (sign === 'gone' || isDropped(path)) return true
    if (sign === 'alive') return false
    return this.#leasesOfSilence(path, token, stat) >= (sign === 'likely' ? LIKELY_LEASES : 1)
  }

  /** Whether the holder may have been silent for its time, by the last look; the next look decides. */
  mayBeLost({ name, leaseMs }: Token): boolean {
    return this.#observer.mayBeUnchangedFor(name, leaseMs ?? 0)
  }

  /**
   * Whether a token that no process asks for may be swept away: its holder is gone, or has been silent for a day by the time
   * in the file, and for some leases by our own monotonic clock, since the first may be wrong.
   */
  isLitter(path: string, token: Token): boolean {
    const sign = this.#signOf(path, token)
    if (sign === 'gone') return true
    if (sign === 'alive' || sign === 'self') return false
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return true
    const seemsOld = this.#options.clock.now() - stat.mtimeMs > GIVEN_UP_AFTER
    return seemsOld && this.#leasesOfSilence(path, token, stat) >= LITTER_LEASES
  }

  /** Ends the watch over a token that has been removed. */
  forget(name: string): void {
    this.#observer.forget(name)
  }

  /** Shares with later processes what was seen. */
  flush(): void {
    this.#silences.flush()
  }

  /** A holder that runs knows nothing of a copy of its token, which it neither renews nor ends: that is known by its silence. */
  #signOf(path: string, { holder, folder }: Token): Sign {
    const sign = signOf(holder)
    if (sign !== 'alive' || folder === undefined) return sign
    const stat = this.#options.fs.lstatSync(dirname(path), { throwIfNoEntry: false })
    return stat === undefined || folderMark(stat) === folder ? sign : 'silent'
  }

  /** For how many times its own time a token has not changed. */
  #leasesOfSilence(path: string, token: Token, { mtimeMs, size }: Pick<FileStat, 'mtimeMs' | 'size'>): number {
    const claimed = readNote(this.#options, path, size).ms ?? token.leaseMs ?? SET_MS
    const ms = Math.max(1, Math.min(claimed, Math.max(LONGEST_LEASE, 10 * this.#options.leaseMs)))
    const silentMs = this.#observer.unchangedFor(token.name, `${mtimeMs} ${size}`, ms)
    this.#silences.flushIfDue()
    return silentMs / ms
  }
}
