import { StoreError } from '@persist/errors'
import type { Bounds, OpenOptions } from '@persist/store'
import { isOver, shrink } from './bounds.ts'
import type { Databases, Environment } from './environment.ts'
import type { Totals } from './totals.ts'
import { Usage } from './usage.ts'
import type { Namespace } from './walk.ts'

/** A tenth over the bounds something is done soon, twice over at once: so it is seldom in the caller's way. */
const SOON = 1.1
const AT_ONCE = 2
const SOON_MS = 500

/** What {@link Eviction} needs to know of its namespace. */
export interface EvictionContext {
  readonly environment: Environment
  readonly namespace: Namespace
  readonly bounds: Bounds
  readonly report: OpenOptions['report']
  /** Runs `act`; an error of LMDB becomes one of the store. */
  readonly withStoreErrors: <T>(operation: string, act: () => T) => T
}

/** Keeps one namespace within its bounds. */
export class Eviction {
  readonly #context: EvictionContext
  readonly #usage: Usage
  #isComing = false

  constructor(of: EvictionContext) {
    this.#context = of
    this.#usage = new Usage(of.namespace.prefix)
  }

  /** Call this with every entry that was read. */
  noteUse(hash: string): void {
    this.#usage.note(hash)
    if (this.#usage.isLong) this.#quietly(() => this.#writeUse())
  }

  /** Writes down what was read; to be called inside a change. */
  writeUse(databases: Databases): void {
    this.#usage.write(databases)
  }

  /** How much {@link writeUse} may write. */
  get bytesOfUse(): number {
    return this.#usage.bytes
  }

  /** Call this with the totals of the namespace after a write. */
  afterWrite(totals: Totals): void {
    const { bounds, environment } = this.#context
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

  /** Evicts until the namespace is within the bounds. Returns how many entries went. */
  shrink(bounds: Bounds): number {
    this.#writeUse()
    return shrink(this.#context.environment, this.#context.namespace, bounds)
  }

  #writeUse(): void {
    this.#context.environment.change((databases) => this.#usage.write(databases), this.#usage.bytes)
  }

  /** For a write that no caller asked for: a hit is served, and a program goes on, also where nothing can be written. */
  #quietly(act: () => void): void {
    try {
      this.#context.withStoreErrors('prune', act)
    } catch (error) {
      // Otherwise the next hit would try again.
      this.#usage.forget()
      if (error instanceof StoreError) this.#context.report?.(error)
      else throw error
    }
  }
}
