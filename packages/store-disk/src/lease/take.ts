import type { LeaseOptions } from '@persist/store'
import { unlinkIfThere } from '../files/removal.ts'
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
 * Takes the lease on an entry: makes a token, then looks who else has one. A process that looks after it made its own sees all
 * that were there before, so of two at most one finds itself alone; and all names are unique, so no process can take away,
 * or publish, anything but what they mean.
 *
 * A process that takes a token away looks once more: only a listing without any other token, begun after the last one had gone,
 * proves that no process has stolen that last one.
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
    if (!mine) unlinkIfThere(options, path)
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
      // Of those that ask at one moment the first by name stays and the others go, so that one of them gets it.
      if (!steals && (attempt >= ATTEMPTS || rivals.some((rival) => rival.name < own))) return false
      if (attempt > 0) sleepSync(PAUSE_MS)
    }
  }

  /**
   * One's own token is there before the other one goes: a listing in between sees one of them. Only one can take a
   * token away, so of two thieves one wins, and none does where the lease has ended.
   */
  function takesFrom(id: string): boolean {
    rivals = tokens.rivals(target, own)
    const victim = rivals.find(({ name, kind }) => name === id && kind === 'lease')
    if (victim === undefined || !tokens.remove(target, victim)) return false
    const shard = options.layout.shardOf(target.entryId)
    // A set or a delete that is under way has ended the lease, even if it did not come to that yet.
    rivals = tokens.rivals(target, own)
    return rivals.every((rival) => rival.kind === 'lease' || tokens.isLost(shard + rival.name, rival))
  }

  /** Others that only ask are gone in a moment: who stays has the lease. */
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
