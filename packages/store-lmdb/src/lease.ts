import { randomUUID } from 'node:crypto'
import type { Entry, Lease } from '@persist/store'
import { thisHolder } from '@persist/store/holder'
import type { Seen } from '@persist/store/kit'
import type { Databases, Environment } from './environment.ts'
import type { LmdbLeaseObserver } from './lease-observer.ts'
import { decodeLease, encodeLease, type LeaseRecord } from './lease-record.ts'

/** The lease that a caller wants. */
export interface Wanted {
  readonly key: Buffer
  readonly ms: number
  /** `true`: from any holder; an id: from the holder of that lease only. */
  readonly steal: boolean | string
}

/** The lease that was taken, or the one that stands in the way. */
export interface Taking {
  readonly taken?: LeaseRecord
  readonly heldBy?: LeaseRecord
}

/** Takes the lease on a key: looks who holds it, and puts its own there if nothing has changed since. */
export function takeLease(environment: Environment, observer: LmdbLeaseObserver, { key, ms, steal }: Wanted): Taking {
  const name = key.toString('latin1')
  const seen = decodeLease(environment.now().leases.get(key))
  const look = steal === false && seen !== undefined ? observer.look(name, seen, ms, environment.fileNumber) : undefined
  const isOpen = typeof steal === 'string' ? seen?.id === steal : (look?.isLost ?? true)
  if (!isOpen) {
    // On a full disk its holder could not release it, and a caller would wait until it expires.
    if (steal === false) environment.checkRoom()
    // Its holder may wait for this process in the same way, with its thread.
    environment.settle()
    if (look?.seen !== undefined) noteSeen(environment, key, seen!, look.seen)
    return refusal(seen)
  }
  const mine = { id: randomUUID(), ms, beat: 0, holder: thisHolder(), file: environment.fileNumber }
  const taking = environment.change(({ leases }): Taking => {
    const now = decodeLease(leases.get(key))
    if (!mayTake(now, seen, steal)) return refusal(now)
    leases.putSync(key, encodeLease(mine))
    return { taken: mine }
  })
  if (taking.taken !== undefined) observer.forget(name)
  return taking
}

/** Shares with other processes what this one has seen. A failure only makes them wait longer. */
function noteSeen(environment: Environment, key: Buffer, { id, beat }: LeaseRecord, seen: Seen): void {
  try {
    environment.change(({ leases }) => {
      const now = decodeLease(leases.get(key))
      if (now?.id === id && now.beat === beat) leases.putSync(key, encodeLease({ ...now, seen }))
    })
  } catch {}
}

function mayTake(now: LeaseRecord | undefined, seen: LeaseRecord | undefined, steal: boolean | string): boolean {
  if (typeof steal === 'string') return now?.id === steal
  return steal || now === undefined || (now.id === seen?.id && now.beat === seen.beat)
}

function refusal(heldBy: LeaseRecord | undefined): Taking {
  return heldBy === undefined ? {} : { heldBy }
}

/** A lease that was taken. Each transaction that uses it checks whether it is still held. */
export class LmdbLease implements Lease<'sync'> {
  readonly id: string
  readonly #withStoreErrors: <T>(operation: string, act: () => T) => T
  readonly #environment: Environment
  readonly #key: Buffer
  readonly #put: (entry: Entry, isHeld: () => boolean) => boolean

  constructor(
    environment: Environment,
    key: Buffer,
    id: string,
    withStoreErrors: <T>(operation: string, act: () => T) => T,
    put: (entry: Entry, isHeld: () => boolean) => boolean,
  ) {
    this.#environment = environment
    this.#key = key
    this.id = id
    this.#withStoreErrors = withStoreErrors
    this.#put = put
  }

  promised(): void {
    this.#withStoreErrors('promised', () => this.#rewrite((mine) => ({ ...mine, promised: true })))
  }

  waitsFor(ids: readonly string[]): void {
    this.#withStoreErrors('waitsFor', () => this.#rewrite((mine) => ({ ...mine, waitsFor: ids })))
  }

  publish(entry: Entry): boolean {
    return this.#put(entry, () => this.#mine() !== undefined)
  }

  renew(ms: number): boolean {
    return this.#withStoreErrors('renew', () => this.#rewrite((mine) => ({ ...mine, ms, beat: mine.beat + 1 })))
  }

  release(): void {
    const release = ({ leases }: Databases) => {
      if (decodeLease(leases.get(this.#key))?.id === this.id) leases.removeSync(this.#key)
    }
    this.#withStoreErrors('release', () => {
      try {
        this.#environment.change(release)
      } catch (error) {
        // Others would wait for it as long as this process lives.
        this.#environment.owe(release)
        throw error
      }
    })
  }

  /** Puts another record in the place of this very lease. `false`: the lease was lost. */
  #rewrite(change: (mine: LeaseRecord) => LeaseRecord): boolean {
    return this.#environment.change(({ leases }) => {
      const mine = this.#mine()
      if (mine === undefined) return false
      leases.putSync(this.#key, encodeLease(change(mine)))
      return true
    })
  }

  #mine(): LeaseRecord | undefined {
    const now = decodeLease(this.#environment.databases.leases.get(this.#key))
    return now?.id === this.id ? now : undefined
  }
}
