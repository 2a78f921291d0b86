/** What the processes of one machine have seen of a lease that did not change, in milliseconds of the machine's boot clock. */
export interface Silence {
  /** The first look. */
  readonly since: number
  /** The last look that counted. */
  readonly looked: number
  /** How many looks counted. */
  readonly looks: number
}

/** Two looks have a holder's renewal between them if they are so much of its time apart. */
const LEAST_GAP = 0.5
/**
 * A machine that sleeps counts the time, though no holder on it could renew: one gap proves nothing. After each there is a
 * look that would find the renewal.
 */
const LEAST_LOOKS = 3

/**
 * One more look at a lease that has not changed. `undefined`: it does not count, because it comes too early, or there were
 * enough.
 *
 * @param known What was seen before; `undefined`: nothing.
 * @param now The time of the machine's boot clock.
 * @param ms How long the lease's holder may be silent.
 * @param watched For how long this process has watched the lease already. Default: 0.
 * @example
 * ```ts
 * lookAgain(undefined, 5_000, 30_000)                                   // { since: 5000, looked: 5000, looks: 1 }
 * lookAgain({ since: 5_000, looked: 5_000, looks: 1 }, 25_000, 30_000)   // { since: 5000, looked: 25000, looks: 2 }
 * ```
 */
export function lookAgain(known: Silence | undefined, now: number, ms: number, watched = 0): Silence | undefined {
  if (known === undefined) return { since: Math.max(0, Math.floor(now - watched)), looked: now, looks: 1 }
  const isCounted = known.looks < LEAST_LOOKS && now - known.looked >= ms * LEAST_GAP
  return isCounted ? { ...known, looked: now, looks: known.looks + 1 } : undefined
}

/**
 * For how many milliseconds a machine has seen a lease unchanged, by enough looks; otherwise 0.
 *
 * @example
 * ```ts
 * silentFor({ since: 5_000, looked: 45_000, looks: 3 }, 50_000)   // 45000
 * silentFor({ since: 5_000, looked: 25_000, looks: 2 }, 50_000)   // 0
 * ```
 */
export function silentFor({ since, looks }: Silence, now: number): number {
  return looks < LEAST_LOOKS ? 0 : now - since
}
