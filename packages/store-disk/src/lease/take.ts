import type { LeaseOptions } from '@persist/store'
import { dropToken } from '../files/dropped-tokens.ts'
import { sleepSync } from '../files/sleep-sync.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import type { Token } from './token.ts'
import type { Target } from './token-factory.ts'
import type { Tokens } from './tokens.ts'

const ATTEMPTS = 4
const PAUSE_MS = 1
const STEAL_ATTEMPTS = 100

/** A token that is a lease now. */
export interface Taken {
  readonly path: string
  /** The token's name. */
  readonly id: string
}

/**
 * Takes the lease on an entry: creates a token, then lists the tokens of others. A process lists after it created its own
 * token, so it sees all earlier tokens, and of two processes at most one sees no other token. All names are unique, so a
 * process removes or publishes only the token that it means.
 *
 * A process that removes a token lists again. Only a listing that began after the last other token was gone, and that shows
 * no other token, proves that no other process has stolen that last token.
 */
export function takeLease(
  options: ResolvedOptions,
  tokens: Tokens,
  target: Target,
  ms: number,
  { steal = false, onHeld }: LeaseOptions,
): Taken | undefined {
  const known = steal === false ? tokens.knownHolder(target) : undefined
  if (known !== undefined) {
    onHeld?.(tokens.describe(target, known))
    return undefined
  }
  const { path, name: own, fd } = tokens.factory.create(target, ms)
  let mine = false
  let rivals: Token[] = []
  try {
    options.fs.closeSync(fd)
    mine = typeof steal === 'string' ? takesFrom(steal) : isAlone(steal)
  } finally {
    if (!mine) dropToken(options, path)
  }
  if (mine) return { path, id: own }
  const holder = holderOf()
  if (holder === undefined) return undefined
  tokens.noteHolder(target, holder)
  onHeld?.(tokens.describe(target, holder))
  return undefined

  function isAlone(steals: boolean): boolean {
    const shard = options.layout.shardOf(target.entryId)
    for (let attempt = 0; ; attempt++) {
      const all = tokens.rivals(target, own)
      rivals = all.filter((rival) => {
        const goes =
          (steals && (rival.kind === 'lease' || attempt === STEAL_ATTEMPTS)) || tokens.isLost(shard + rival.name, rival)
        if (goes) tokens.remove(target, rival)
        return !goes
      })
      if (all.length > rivals.length) tokens.removeLost(target)
      if (rivals.length === 0) {
        if (all.length === 0 || attempt >= STEAL_ATTEMPTS) return true
        continue
      }
      // If processes ask at the same moment, the first by name stays and the others give up, so that one gets the lease.
      if (!steals && (attempt >= ATTEMPTS || rivals.some((rival) => rival.name < own))) return false
      if (attempt > 0) sleepSync(PAUSE_MS)
    }
  }

  /**
   * Our own token exists before we remove the other one, so every listing shows at least one of them. Only one process
   * can remove a token. So one of two thieves wins, and no thief wins if the lease has ended.
   */
  function takesFrom(id: string): boolean {
    rivals = tokens.rivals(target, own)
    const victim = rivals.find(({ name, kind }) => name === id && kind === 'lease')
    if (victim === undefined || !tokens.remove(target, victim)) return false
    const shard = options.layout.shardOf(target.entryId)
    // A set or a delete that is running counts as the end of the lease, even if it has not ended the lease yet.
    rivals = tokens.rivals(target, own)
    return rivals.every((rival) => rival.kind === 'lease' || tokens.isLost(shard + rival.name, rival))
  }

  /** Tokens of processes that only ask disappear within a moment. The token that stays is the lease. */
  function holderOf(): Token | undefined {
    for (let attempt = 0; ; attempt++) {
      const leases = rivals.filter(({ kind }) => kind === 'lease')
      if (attempt > 0 && (leases.length < 2 || attempt > ATTEMPTS)) return leases[0]
      if (attempt === 0 && leases.length === 1 && steal !== leases[0]!.name) return leases[0]
      if (attempt > 0) sleepSync(PAUSE_MS)
      rivals = tokens.rivals(target)
    }
  }
}
