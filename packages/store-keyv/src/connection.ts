import type { KeyvLike } from './keyv-like.ts'

/** The way to the entries: a Keyv instance of the user, or one that is made when it is needed. */
export interface Connection {
  /** The store as a person would name it, without secrets; equal for connections to one place. */
  readonly name: string
  readonly isPersistent: boolean
  readonly readsMany: boolean
  /** There is one connection, which answers in the order of the questions: any answer shows that the server is not silent. */
  readonly answersInOrder: boolean
  /** A listing shows each entry that is there from its begin to its end, whatever happens to others meanwhile. */
  readonly listsEach: boolean
  /** How long a method waits for an answer, in milliseconds. */
  readonly serverWaitMs: number
  /** How long an entry is kept after its expiry at least, in milliseconds. */
  readonly keepExpiredMs: number
  /** The instance to use now. */
  readonly keyv: () => KeyvLike
  /** The errors that the instance emitted instead of throwing them: how many, and the last one. */
  readonly errors: { count: number; last: unknown }
  /** The error that says why, where the one that was thrown does not. */
  readonly reasonOf: (thrown: unknown) => unknown
  /** That instance gave no answer: the next one may be a new one. */
  readonly discard: (keyv: KeyvLike) => void
  /** Lets go of that instance: the next one is a new one. What it returns ends the connection of the old one. */
  readonly release: () => () => void
}
