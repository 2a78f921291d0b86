import { brand, isInstance } from './brand.ts'

/** The codes of errors of `@persist/*`. Codes are stable. Messages are not. */
export type PersistErrorCode =
  | 'ERR_PERSIST_OPTION'
  | 'ERR_PERSIST_KEY'
  | 'ERR_PERSIST_HASH'
  | 'ERR_PERSIST_HASH_COLLISION'
  | 'ERR_PERSIST_PICKLE'
  | 'ERR_PERSIST_UNPICKLE'
  | 'ERR_PERSIST_CODEC'
  | 'ERR_PERSIST_DECRYPT'
  | 'ERR_PERSIST_DUPLICATE_NAMESPACE'
  | 'ERR_PERSIST_NOT_PERSISTED'
  | 'ERR_PERSIST_UNKNOWN_STORE'
  | 'ERR_PERSIST_STORE_NOT_INSTALLED'
  | 'ERR_PERSIST_STORE_LOAD'
  | 'ERR_PERSIST_STORE'
  | 'ERR_PERSIST_STORE_UNAVAILABLE'
  | 'ERR_PERSIST_STORE_BUSY'
  | 'ERR_PERSIST_STORE_FORMAT'
  | 'ERR_PERSIST_STORE_FULL'
  | 'ERR_PERSIST_STORE_READ_ONLY'
  | 'ERR_PERSIST_ENTRY_DAMAGED'
  | 'ERR_PERSIST_ENTRY_SIGNATURE'
  | 'ERR_PERSIST_VALUE_TOO_LARGE'
  | 'ERR_PERSIST_REPLAY_MISS'
  | 'ERR_PERSIST_INPUT'

/**
 * The base of every error that `@persist/*` throws or reports. Test `code`, not the message.
 *
 * `instanceof` also accepts an error of another copy of this package in the same process, for this class and its subclasses
 * in this package. Your own subclasses keep the usual `instanceof`.
 *
 * @example
 * ```ts
 * try { double(Symbol('x')) } catch (error) {
 *   if (error instanceof PersistError && error.code === 'ERR_PERSIST_KEY') console.log(error.message)
 * }
 * ```
 */
export class PersistError extends Error {
  readonly code: PersistErrorCode

  constructor(code: PersistErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Makes `instanceof` accept an error of another copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: each subclass inherits this method and passes itself
    return isInstance(value, this)
  }

  static {
    brand(PersistError.prototype, 'PersistError')
  }
}
