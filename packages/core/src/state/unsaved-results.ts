import type { Entry, Head, Lease, Mode } from '@persist/store'
import type { Flight } from '../concurrency/flight.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Runtime } from '../types/runtime.ts'
import { keepLatest } from './keep-latest.ts'
import { StayingAlive } from './staying-alive.ts'
import { type UnsavedDeletion, UnsavedDeletions } from './unsaved-deletions.ts'

const MOST_RESULTS = 1_000
const MOST_BYTES = 64 * 1024 * 1024
const MOST_ENDS = 10_000
/** How many are stored at once. */
const CONCURRENCY = 8

/** In place of an entry: it was to be replaced by a result, and that has been deleted since. */
export const DELETED = Symbol('deleted')

/** A result that waits until its store is back. */
export interface UnsavedResult {
  /** The size of its payload and of its key. */
  readonly bytes: number
  /** How long its computation took, in milliseconds. */
  readonly durationMs: number
  /** Proves to the store that the entry was neither set nor deleted since the run began. */
  readonly lease?: Lease<Mode> | undefined
  /** A refresh that took the lease, and stores nothing, returns one that proves the same. */
  readonly regain?: (returned: Lease<Mode>) => void
  /** The position in the order of deletions by tag at which the run began. */
  readonly mark?: string | undefined
  /** When the oldest stored result was made that its call accepts. */
  readonly oldestAccepted?: number | undefined
  /** Whether what is older must not come back if it is given up. */
  readonly isRefresh: boolean
  /** Whether it stays although this later run has a result. */
  readonly staysFor?: (later: Flight) => boolean
  /** Its entry, if it is to replace this one, or `DELETED`. Absent: it replaces none. */
  readonly insteadOf?: (stored: Head) => Entry | typeof DELETED | undefined
  /** Stores it, or keeps it again. Never fails. */
  readonly store: () => unknown
  /** A later result of the call takes its place, and its lease. */
  readonly replaced: () => void
  /** Gives it up: also since there are too many, so that what it was to replace is deleted later. */
  readonly drop: (why: 'too many' | 'closed') => void
}

/** What ends a run when its store is back: releases its lease, or deletes what it wrote. */
export interface UnsavedEnd {
  /** Does it, or keeps it again. Never fails. */
  readonly store: () => unknown
  /** Gives it up. */
  readonly drop?: () => void
}

/** A result that {@link UnsavedResults.storeAll} has taken. */
interface BeingStored extends Pick<UnsavedResult, 'insteadOf'> {
  /** Stores it now, before its turn, if the deletions have been made. */
  readonly hurry: () => void
  /** Settles when it is stored, or kept again, or given up. */
  readonly ended: Promise<void>
}

/**
 * The results that could not be stored since their store is unavailable. At most 1,000 of them and 64 MiB: those that took the
 * least time to compute go first.
 */
export class UnsavedResults {
  readonly #results = new Map<string, UnsavedResult>()
  /** Few bytes each, so a lease of a result that was given up can still be released. */
  readonly #ends = new Map<string, UnsavedEnd>()
  readonly #deletions = new UnsavedDeletions()
  /** The results that {@link storeAll} has taken and that are not stored yet. */
  readonly #beingStored = new Map<string, BeingStored>()
  #bytes = 0
  readonly #alive = new StayingAlive(() => this.#results.size > 0)
  readonly #storing = new Set<Promise<unknown>>()

  /** Whether neither a result nor a deletion waits, nor is under way. */
  get isEmpty(): boolean {
    return this.#results.size === 0 && this.#deletions.isEmpty && !this.isStoring
  }

  /** Whether {@link storeAll} has not ended. */
  get isStoring(): boolean {
    return this.#storing.size > 0
  }

  /** Keeps a result. */
  keep(name: string, result: UnsavedResult): void {
    this.#results.set(name, result)
    this.#bytes += result.bytes
    while (this.#results.size > MOST_RESULTS || this.#bytes > MOST_BYTES) this.take(this.#cheapest())?.drop('too many')
  }

  /**
   * Settles when this result is stored, or kept again, or given up. `undefined`: it is not being stored. It does not wait for its
   * turn: the results before it may wait for the caller, as a `validate` that calls another function.
   */
  storing(name: string): Promise<void> | undefined {
    const result = this.#beingStored.get(name)
    result?.hurry()
    return result?.ended
  }

  /** Keeps the end of a run: up to 10,000, the latest ones. */
  keepEnd(name: string, end: UnsavedEnd): void {
    keepLatest(this.#ends, name, end, MOST_ENDS)
  }

  /** Keeps a deletion. See {@link UnsavedDeletions.keep}. */
  keepDeletion(name: string, deletion: UnsavedDeletion): void {
    this.#deletions.keep(name, deletion)
  }

  /** The result that waits under a name. */
  find(name: string): UnsavedResult | undefined {
    return this.#results.get(name)
  }

  /** The entry that waits under a name, or is being stored, and is to replace this one. */
  insteadOf(name: string, stored: Head): Entry | typeof DELETED | undefined {
    return (this.#results.get(name) ?? this.#beingStored.get(name))?.insteadOf?.(stored)
  }

  /** Whether the deletion of this name waits, or is being made, and is to delete the entry. */
  isDeleted(name: string, stored: Head): boolean {
    return this.#deletions.areToDelete(name, stored)
  }

  /** Removes a result. */
  take(name: string): UnsavedResult | undefined {
    const result = this.#results.get(name)
    if (result === undefined) return undefined
    this.#results.delete(name)
    this.#bytes -= result.bytes
    return result
  }

  /**
   * Stores all: over a synchronous store before it returns. Settles when each is stored, or kept again, or given up.
   *
   * @param onBegun Called when later calls wait for it, or it has ended.
   */
  storeAll(onBegun = () => {}): Promise<void> {
    const deletions = this.#deletions.take()
    const ends = [...this.#ends.values()]
    let begin = () => {}
    const mayBegin = new Promise<void>((resolve) => {
      begin = resolve
    })
    const results = [...this.#results].map(([name, result]) => this.#announce(name, result, mayBegin))
    this.#takeAll()
    // A call that begins before its turn would get what was deleted.
    for (const { begin } of deletions) begin()
    let hasEnded = () => {}
    const storing = new Promise<void>((resolve) => {
      hasEnded = resolve
    })
    this.#storing.add(storing)
    // The deletions came before the runs of the results.
    const ended = storeEach([...deletions, ...ends])
    const storeResults = () => {
      begin()
      return storeEach(results)
    }
    const stored = ended === undefined ? storeResults() : ended.then(storeResults)
    onBegun()
    void Promise.resolve(stored).then(() => {
      this.#storing.delete(storing)
      hasEnded()
    })
    return storing
  }

  /** See {@link StayingAlive.for}. A result that is kept again has waited since it was first kept. */
  keepAlive(since: number, durationMs: number, runtime: Pick<Runtime, 'monotonic' | 'sleep'>): Promise<void> {
    return this.#alive.for(since, durationMs, runtime)
  }

  /** Waits as long as {@link keepAlive} keeps the process alive, and for all that is being stored. */
  async settled(): Promise<void> {
    await this.#alive.ended
    await Promise.all(this.#storing)
  }

  /** Gives up all. */
  dropAll(): void {
    this.#deletions.dropAll()
    for (const { drop } of this.#takeAll()) drop?.('closed')
  }

  /** Notes that a result is being stored. */
  #announce(name: string, { store, insteadOf }: UnsavedResult, mayBegin: Promise<void>): Pick<UnsavedEnd, 'store'> {
    let settle = () => {}
    const ended = new Promise<void>((resolve) => {
      settle = resolve
    })
    const end = () => {
      if (this.#beingStored.get(name) === result) this.#beingStored.delete(name)
      settle()
    }
    let begun: { readonly reply: unknown } | undefined
    const storeOnce = () => {
      begun ??= { reply: store() }
      if (isThenable(begun.reply)) return begun.reply.then(end)
      end()
      return undefined
    }
    const result: BeingStored = { hurry: () => void mayBegin.then(storeOnce), ended, ...(insteadOf && { insteadOf }) }
    this.#beingStored.set(name, result)
    return { store: storeOnce }
  }

  #takeAll(): (UnsavedResult | UnsavedEnd)[] {
    const all = [...this.#ends.values(), ...this.#results.values()]
    this.#ends.clear()
    this.#results.clear()
    this.#bytes = 0
    return all
  }

  #cheapest(): string {
    let [name, least] = ['', Number.POSITIVE_INFINITY]
    for (const [other, { durationMs }] of this.#results)
      if (durationMs < least || name === '') [name, least] = [other, durationMs]
    return name
  }
}

/** `undefined`: all were stored at once, over a synchronous store. */
function storeEach(all: readonly Pick<UnsavedEnd, 'store'>[]): Promise<unknown> | undefined {
  const rest = all.values()
  let waiting = 0
  const storeNext = async () => {
    for (const { store } of rest) {
      const reply = store()
      if (!isThenable(reply)) continue
      waiting++
      await reply
    }
  }
  const stored = Array.from({ length: CONCURRENCY }, storeNext)
  return waiting === 0 ? undefined : Promise.all(stored)
}
