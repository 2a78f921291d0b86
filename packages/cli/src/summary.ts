import type { Head, ListedHead, Listing, Mode } from '@persist/store'

/** A summary of the heads of a function's entries. */
export interface Summary {
  readonly funcname: string
  readonly entries: number
  /** The size of all payloads. */
  readonly bytes: number
  /** The creation times of the oldest and the newest entry, in milliseconds since 1970. Absent without entries. */
  readonly oldest?: number
  readonly newest?: number
  readonly expired: number
  /** The number of expired entries that may still be served. */
  readonly stale: number
  /** The number of entries of each version. '' stands for no version. */
  readonly versions: Readonly<Record<string, number>>
  /** The time that it took to compute the results, in milliseconds. */
  readonly computeMs: number
  readonly tags: Readonly<Record<string, number>>
  readonly withKeys: number
}

/** Reads all heads once. */
export async function summarize(funcname: string, heads: Listing<Mode, ListedHead>, now: number): Promise<Summary> {
  const sum = new Sum(funcname, now)
  for await (const head of heads) sum.add(head)
  return sum.result
}

/** Sums up heads. */
export class Sum {
  readonly #funcname: string
  readonly #now: number
  readonly #versions = new Map<string, number>()
  readonly #tags = new Map<string, number>()
  #entries = 0
  #bytes = 0
  #oldest: number | undefined
  #newest: number | undefined
  #expired = 0
  #stale = 0
  #computeMs = 0
  #withKeys = 0

  constructor(funcname: string, now: number) {
    this.#funcname = funcname
    this.#now = now
  }

  add(head: ListedHead): void {
    this.#entries++
    this.#bytes += head.bytes
    this.#oldest = Math.min(this.#oldest ?? head.createdAt, head.createdAt)
    this.#newest = Math.max(this.#newest ?? head.createdAt, head.createdAt)
    if (isExpired(head, this.#now)) this.#expired++
    if (isStale(head, this.#now)) this.#stale++
    this.#computeMs += head.durationMs ?? 0
    if (head.key !== undefined) this.#withKeys++
    increment(this.#versions, head.version ?? '')
    for (const tag of head.tags ?? []) increment(this.#tags, tag)
  }

  get result(): Summary {
    return {
      funcname: this.#funcname,
      entries: this.#entries,
      bytes: this.#bytes,
      ...(this.#oldest !== undefined && { oldest: this.#oldest }),
      ...(this.#newest !== undefined && { newest: this.#newest }),
      expired: this.#expired,
      stale: this.#stale,
      versions: Object.fromEntries(this.#versions),
      computeMs: this.#computeMs,
      tags: Object.fromEntries(this.#tags),
      withKeys: this.#withKeys,
    }
  }
}

/** Whether an entry has expired. At `expiresAt` exactly, it has. */
export function isExpired({ expiresAt }: Head, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now
}

/** Whether an entry has expired but may still be served, by `staleWhileRevalidate` or `staleIfError`. */
export function isStale(head: Head, now: number): boolean {
  return isExpired(head, now) && head.staleUntil !== undefined && head.staleUntil > now
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
