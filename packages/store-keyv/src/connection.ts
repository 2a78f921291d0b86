import type { KeyvLike } from './keyv-like.ts'

/** Where the entries are: a Keyv instance that was handed over, or one that is made when it is needed. */
export interface Connection {
  /** As a person would name it, without secrets; equal for one and the same place. */
  readonly name: string
  readonly isPersistent: boolean
  readonly readsMany: boolean
  /** How long a verb waits for an answer, in milliseconds. */
  readonly serverWaitMs: number
  /** How long an entry is kept after its expiry at least, in milliseconds. */
  readonly keepExpiredMs: number
  /** The instance to ask now. */
  readonly keyv: () => KeyvLike
  /** The last error that the instance told of beside its answers, and how many there were. */
  readonly errors: { count: number; last: unknown }
  /** What went wrong, where what was thrown does not say it. */
  readonly reasonOf: (thrown: unknown) => unknown
  /** That instance gave no answer: the next one may be a new one. */
  readonly discard: (keyv: KeyvLike) => void
  readonly close: () => Promise<void>
}
