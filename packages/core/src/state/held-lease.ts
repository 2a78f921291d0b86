import type { Lease, Mode } from '@persist/store'
import type { NotedLease } from '../concurrency/flight.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Circuit } from './circuit.ts'

const MAX_IDS = 100

/** A lease that a flight of this thread holds. Notes there which leases the holder waits for. */
export class HeldLease implements NotedLease {
  readonly id: string | undefined
  readonly #lease: Lease<Mode>
  readonly #circuit: Circuit
  /** Each wait, and the leases that it waits for. */
  #waits: Map<object, readonly string[]> | undefined
  #written = ''
  #isWriting = false
  #isOver = false

  constructor(lease: Lease<Mode>, circuit: Circuit) {
    this.id = lease.id
    this.#lease = lease
    this.#circuit = circuit
  }

  /** Notes a wait for these leases. */
  add(wait: object, ids: readonly string[]): void {
    this.#waits ??= new Map()
    this.#waits.set(wait, ids)
    this.#write()
  }

  /** Removes a wait that has ended. */
  remove(wait: object): void {
    if (this.#waits?.delete(wait)) this.#write()
  }

  /** Stops writing: the note ends with the lease. */
  end(): void {
    this.#isOver = true
  }

  /** Writes the note, one write after the other, so that the last one wins. */
  #write(): void {
    if (this.#lease.waitsFor === undefined || this.#isWriting || this.#isOver || this.#circuit.error !== undefined)
      return
    const ids = this.#ids()
    const text = ids.join('\n')
    if (text === this.#written) return
    try {
      const reply = this.#lease.waitsFor(ids)
      if (isThenable(reply)) this.#follow(reply, text)
      else this.#written = text
    } catch {
      // The next check of a wait writes again. Without the note a ring ends after `waitTimeout`.
    }
  }

  #follow(reply: PromiseLike<unknown>, text: string): void {
    this.#isWriting = true
    reply.then(
      () => {
        this.#isWriting = false
        this.#written = text
        this.#write()
      },
      () => {
        this.#isWriting = false
      },
    )
  }

  #ids(): string[] {
    const ids = new Set<string>()
    for (const awaited of this.#waits!.values()) {
      for (const id of awaited) {
        if (ids.size === MAX_IDS) return [...ids]
        ids.add(id)
      }
    }
    return [...ids]
  }
}
