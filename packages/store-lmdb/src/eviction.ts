import { StoreError } from '@persist/errors'
import type { Bounds, OpenOptions } from '@persist/store'
import { isOver, shrink } from './bounds.ts'
import type { Environment, Rooms } from './environment.ts'
import type { Totals } from './totals.ts'
import { Usage } from './usage.ts'
import type { Namespace } from './walk.ts'

/** A tenth over the bounds something is done soon, twice over at once: so it is seldom in the caller's way. */
const SOON = 1.1
const AT_ONCE = 2
const SOON_MS = 500

/** What {@link Eviction} needs to know of its namespace. */
export interface Evicted {
  readonly environment: Environment
  readonly namespace: Namespace
  readonly bounds: Bounds
  readonly report: OpenOptions['report']
  /** Gives an error of LMDB its place. */
  readonly told: <T>(operation: string, verb: () => T) => T
}

/** Keeps one namespace within its bounds. */
export class Eviction {
  readonly #of: Evicted
  readonly #usage: Usage
  #isComing = false

  constructor(of: Evicted) {
    this.#of = of
    this.#usage = new Usage(of.namespace.prefix)
  }

  /** To be told of every entry that was read. */
  noteUse(hash: string): void {
    this.#usage.note(hash)
    if (this.#usage.isLong) this.#quietly(() => this.#writeUse())
  }

  /** Writes down what was read; to be called inside a change. */
  writeUse(rooms: Rooms): void {
    this.#usage.write(rooms)
  }

  /** To be told what the namespace has come to after a write. */
  afterWrite(totals: Totals): void {
    const { bounds, environment } = this.#of
    if (!isOver(totals, bounds, SOON)) return
    if (isOver(totals, bounds, AT_ONCE)) this.shrink(bounds)
    else if (!this.#isComing) {
      this.#isComing = true
      setTimeout(() => {
        this.#isComing = false
        if (environment.isOpen) this.#quietly(() => this.shrink(bounds))
      }, SOON_MS).unref()
    }
  }

  /** Evicts until the namespace is within the bounds; tells how many entries went. */
  shrink(bounds: Bounds): number {
    this.#writeUse()
    return shrink(this.#of.environment, this.#of.namespace, bounds)
  }

  #writeUse(): void {
    this.#of.environment.change((rooms) => this.#usage.write(rooms))
  }

  /** For a write that no caller asked for: a hit is served, and a program goes on, also where nothing can be written. */
  #quietly(act: () => void): void {
    try {
      this.#of.told('prune', act)
    } catch (error) {
      // Else the next hit would try again.
      this.#usage.forget()
      if (error instanceof StoreError) this.#of.report?.(error)
      else throw error
    }
  }
}
