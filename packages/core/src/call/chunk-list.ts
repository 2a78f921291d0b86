import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { requireSync } from '../runtime/require-sync.ts'
import type { CacheKey } from './cache-key.ts'
import { reportProblem } from './store-guard.ts'

/** A chunk as the iteration yielded it: later changes by its first consumer reach neither other consumers nor the store. */
export type HeldChunk = { readonly value: unknown } | { readonly payload: string | Uint8Array } | typeof UNCOPIED

/** A mutable chunk that could not be pickled. Only the consumer that requested it gets it, since consumers share no object. */
export const UNCOPIED: unique symbol = Symbol('uncopied')

/** The chunks of one iteration. A mutable chunk is held as its payload, so that every consumer gets a copy. */
export class ChunkList {
  readonly #context: Context
  readonly #cacheKey: CacheKey
  readonly #held: HeldChunk[] = []
  /** A chunk could not be pickled, so the list cannot be stored. */
  isBroken = false

  constructor(context: Context, cacheKey: CacheKey) {
    this.#context = context
    this.#cacheKey = cacheKey
  }

  get length(): number {
    return this.#held.length
  }

  at(index: number): HeldChunk | undefined {
    return this.#held[index]
  }

  push(held: HeldChunk): void {
    this.#held.push(held)
  }

  /** Copies of all chunks of a list that is not broken. */
  copies(): unknown[] {
    return this.#held.map((held) => this.copyOf(held as Exclude<HeldChunk, typeof UNCOPIED>))
  }

  hold(value: unknown): HeldChunk {
    if (!isChangeable(value)) return { value }
    try {
      return { payload: this.#context.pickle([value]) }
    } catch (error) {
      if (!this.isBroken) reportProblem(this.#context, 'pickle', this.#cacheKey.hash, asError(error))
      this.isBroken = true
      return UNCOPIED
    }
  }

  copyOf(held: Exclude<HeldChunk, typeof UNCOPIED>): unknown {
    if (!('payload' in held)) return held.value
    return (requireSync('unpickle', this.#context.unpickle(held.payload)) as unknown[])[0]
  }
}
