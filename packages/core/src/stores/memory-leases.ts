import type { Lease, LeaseHolder, LeaseOptions, Store } from '@persist/store'

interface HeldLease {
  readonly id: string
  deadline: number
  promised: boolean
  waitsFor: readonly string[]
}

/** How to take a lease in memory. */
interface TakeOptions extends LeaseOptions {
  /** The store that publishes. */
  readonly store: Store<'sync'>
  readonly monotonic: () => number
  /** Returns an id that no other lease has. */
  readonly newId: () => string
}

/** The leases of one namespace of a memory store. */
export class MemoryLeases {
  readonly #held = new Map<string, HeldLease>()

  /** Ends the lease on a hash. */
  end(hash: string): void {
    this.#held.delete(hash)
  }

  /** Ends all leases. */
  endAll(): void {
    this.#held.clear()
  }

  take(
    hash: string,
    ms: number,
    { steal = false, onHeld, store, monotonic, newId }: TakeOptions,
  ): Lease<'sync'> | undefined {
    const holder = this.#held.get(hash)
    const isHeld = holder !== undefined && monotonic() < holder.deadline
    const mayTake = typeof steal === 'string' ? holder?.id === steal : steal || !isHeld
    if (!mayTake) {
      if (isHeld) onHeld?.(describe(holder))
      return undefined
    }
    const lease: HeldLease = {
      id: newId(),
      deadline: monotonic() + ms,
      promised: false,
      waitsFor: [],
    }
    this.#held.set(hash, lease)
    const held = () => this.#held.get(hash) === lease
    return {
      id: lease.id,
      promised: () => {
        lease.promised = true
      },
      waitsFor: (ids) => {
        lease.waitsFor = [...ids]
      },
      publish: (entry) => {
        if (!held()) return false
        store.set(entry)
        return true
      },
      renew: (more) => {
        if (held()) lease.deadline = monotonic() + more
        return held()
      },
      release: () => {
        if (held()) this.#held.delete(hash)
      },
    }
  }
}

function describe({ id, promised, waitsFor }: HeldLease): LeaseHolder {
  return { id, ...(promised && { promised }), ...(waitsFor.length > 0 && { waitsFor }) }
}
