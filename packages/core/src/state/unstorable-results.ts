import { PickleError } from '@persist/errors'
import { evictOldestKey } from './few-keys.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

interface Refusal {
  readonly error: unknown
  readonly path: string
  readonly kind: string
  readonly until: number
  readonly ms: number
}

/**
 * Results that could not be pickled. The next result of the same key with the same kind of thing in the same place is
 * refused without a look at the rest of it, which may be large. After a pause that grows it is tried again.
 */
export class UnstorableResults {
  readonly #monotonic: () => number
  readonly #refusals = new Map<string, Refusal>()

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  /** @throws what `pickle` throws, or threw before. */
  guard<T>(canonicalKey: string, value: unknown, pickle: () => T): T {
    const before = this.#refusals.get(canonicalKey)
    if (before !== undefined && this.#monotonic() < before.until) {
      const part = partOf(value, before.path)
      // A part that is not found says nothing: its path may be shortened, or not be made of plain steps.
      if (part !== undefined && kindOf(part) === before.kind) throw before.error
    }
    try {
      const payload = pickle()
      if (before !== undefined) this.#refusals.delete(canonicalKey)
      return payload
    } catch (error) {
      this.#remember(canonicalKey, value, error, before)
      throw error
    }
  }

  #remember(canonicalKey: string, value: unknown, error: unknown, before: Refusal | undefined): void {
    const path = error instanceof PickleError ? error.path : '$'
    const ms = Math.min((before?.ms ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
    const kind = kindOf(partOf(value, path))
    evictOldestKey(this.#refusals)
    this.#refusals.set(canonicalKey, { error, path, kind, until: this.#monotonic() + ms, ms })
  }
}

/** The part that a path such as `$.rows[3].when` names, as far as it is made of plain steps. */
function partOf(value: unknown, path: string): unknown {
  let part = value
  for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
    if (part === null || typeof part !== 'object') return undefined
    part = Object.getOwnPropertyDescriptor(part, name ?? index!)?.value
  }
  return part
}

function kindOf(part: unknown): string {
  return `${typeof part} ${Object.prototype.toString.call(part)}`
}
