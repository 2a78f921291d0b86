import { PickleError } from '@persist/errors'
import { evictOldestKey } from './few-keys.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

interface Rejection {
  readonly error: unknown
  readonly path: string
  readonly kind: string
  readonly until: number
  readonly ms: number
}

/**
 * Results that could not be pickled. The next result of the same key with the same kind of value at the same path is
 * rejected without a pickling attempt, since the result may be large. After a growing pause it is pickled again.
 */
export class UnstorableResults {
  readonly #monotonic: () => number
  readonly #rejections = new Map<string, Rejection>()

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  /**
   * Calls `pickle`, unless the result is known to be unstorable.
   *
   * @throws The error of `pickle`, or of its last call.
   */
  guard<T>(canonicalKey: string, value: unknown, pickle: () => T): T {
    const before = this.#rejections.get(canonicalKey)
    if (before !== undefined && this.#monotonic() < before.until) {
      const part = partOf(value, before.path)
      // A missing part proves nothing: the path may be shortened, or have other steps than properties.
      if (part !== undefined && kindOf(part) === before.kind) throw before.error
    }
    try {
      const payload = pickle()
      if (before !== undefined) this.#rejections.delete(canonicalKey)
      return payload
    } catch (error) {
      this.#remember(canonicalKey, value, error, before)
      throw error
    }
  }

  #remember(canonicalKey: string, value: unknown, error: unknown, before: Rejection | undefined): void {
    const path = error instanceof PickleError ? error.path : '$'
    const ms = Math.min((before?.ms ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
    const kind = kindOf(partOf(value, path))
    evictOldestKey(this.#rejections)
    this.#rejections.set(canonicalKey, { error, path, kind, until: this.#monotonic() + ms, ms })
  }
}

/** The part of a value at a path such as `$.rows[3].when`, if the path consists of properties and indices. */
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
