import { brand } from './brand.ts'
import { PersistError, type PersistErrorCode } from './persist-error.ts'

/** An option is unknown or of the wrong type. `option` names it, `nearest` the most similar known option. */
export class OptionError extends PersistError {
  readonly option: string
  readonly nearest: string | undefined

  constructor(message: string, facts: { option: string; nearest?: string | undefined }, options?: ErrorOptions) {
    super('ERR_PERSIST_OPTION', message, options)
    this.option = facts.option
    this.nearest = facts.nearest
  }
}

/** Arguments have no stable identity. `path` leads to the part, as in `$[0].when`. */
export class KeyError extends PersistError {
  readonly path: string

  constructor(reason: string, path: string, options?: ErrorOptions) {
    super('ERR_PERSIST_KEY', `${reason} (at ${path})`, options)
    this.path = path
  }
}

/** A hash cannot name an entry in the store. Thrown before the function runs. */
export class HashError extends PersistError {
  readonly hash: string

  constructor(reason: string, hash: string, options?: ErrorOptions) {
    super('ERR_PERSIST_HASH', reason, options)
    this.hash = hash
  }
}

/** Two keys have the same hash. `storedKey` is the other key, if the store knows it. */
export class HashCollisionError extends PersistError {
  readonly namespace: string
  readonly hash: string
  readonly key: unknown
  readonly storedKey: unknown

  constructor(message: string, facts: { namespace: string; hash: string; key: unknown; storedKey?: unknown }) {
    super('ERR_PERSIST_HASH_COLLISION', message)
    this.namespace = facts.namespace
    this.hash = facts.hash
    this.key = facts.key
    this.storedKey = facts.storedKey
  }
}

/** A value would not come back equal. `path` leads to the part, as in `$.rows[3].when`. */
export class PickleError extends PersistError {
  readonly path: string

  constructor(reason: string, path: string, options?: ErrorOptions) {
    super('ERR_PERSIST_PICKLE', `${reason} (at ${path})`, options)
    this.path = path
  }
}

/** A payload cannot be read. Core reports it and counts it as a miss. */
export class UnpickleError extends PersistError {
  constructor(reason: string, options?: ErrorOptions) {
    super('ERR_PERSIST_UNPICKLE', reason, options)
  }
}

/** The facts of a payload that cannot be decoded. */
export interface CodecFacts {
  /** The step that cannot be undone, as the entry names it: `'gzip'`, `'aes-256-gcm:Xq3…'`. */
  readonly codec: string
  readonly namespace: string
  readonly hash: string
}

/**
 * A stored payload cannot be decompressed or decrypted. `ERR_PERSIST_DECRYPT`: it is encrypted under another key than those
 * given, and is kept. `ERR_PERSIST_CODEC`: this runtime lacks the codec, the payload is larger than `maxBytes`, or it is not
 * encrypted and must be. `ERR_PERSIST_ENTRY_DAMAGED`: it is not what was written.
 */
export class CodecError extends PersistError implements CodecFacts {
  readonly codec: string
  readonly namespace: string
  readonly hash: string

  constructor(
    code: 'ERR_PERSIST_CODEC' | 'ERR_PERSIST_DECRYPT' | 'ERR_PERSIST_ENTRY_DAMAGED',
    message: string,
    facts: CodecFacts,
    options?: ErrorOptions,
  ) {
    super(code, message, options)
    this.codec = facts.codec
    this.namespace = facts.namespace
    this.hash = facts.hash
  }
}

/** Two functions in one process have the same `funcname` in the same store. */
export class DuplicateNamespaceError extends PersistError {
  readonly namespace: string

  constructor(message: string, namespace: string) {
    super('ERR_PERSIST_DUPLICATE_NAMESPACE', message)
    this.namespace = namespace
  }
}

/** The argument of `persisted(f)` is not a persisted function. */
export class NotPersistedError extends PersistError {
  constructor(message: string) {
    super('ERR_PERSIST_NOT_PERSISTED', message)
  }
}

/** There is no known store for the URL's scheme. */
export class UnknownStoreError extends PersistError {
  readonly scheme: string
  readonly nearest: string | undefined
  readonly known: readonly string[]

  constructor(message: string, facts: { scheme: string; nearest?: string | undefined; known: readonly string[] }) {
    super('ERR_PERSIST_UNKNOWN_STORE', message)
    this.scheme = facts.scheme
    this.nearest = facts.nearest
    this.known = facts.known
  }
}

/** The scheme is known, but its package is not installed. `install` is the command that installs it. */
export class StoreNotInstalledError extends PersistError {
  readonly scheme: string
  readonly packageName: string
  readonly install: string

  constructor(
    message: string,
    facts: { scheme: string; packageName: string; install: string },
    options?: ErrorOptions,
  ) {
    super('ERR_PERSIST_STORE_NOT_INSTALLED', message, options)
    this.scheme = facts.scheme
    this.packageName = facts.packageName
    this.install = facts.install
  }
}

/** The facts of an error in a store. */
export interface StoreFacts {
  /** The store: a folder, or a URL without its password. */
  readonly store: string
  /** The operation that failed: `get`, `set`, `lease`, … */
  readonly operation?: string
  readonly namespace?: string
  readonly hash?: string
}

/** The codes that a {@link StoreError} may carry. */
export type StoreErrorCode = Extract<
  PersistErrorCode,
  | 'ERR_PERSIST_STORE'
  | 'ERR_PERSIST_STORE_LOAD'
  | 'ERR_PERSIST_STORE_UNAVAILABLE'
  | 'ERR_PERSIST_STORE_BUSY'
  | 'ERR_PERSIST_STORE_FORMAT'
  | 'ERR_PERSIST_STORE_FULL'
  | 'ERR_PERSIST_STORE_READ_ONLY'
  | 'ERR_PERSIST_ENTRY_DAMAGED'
  | 'ERR_PERSIST_ENTRY_SIGNATURE'
  | 'ERR_PERSIST_VALUE_TOO_LARGE'
>

/**
 * A store failed: it cannot be reached, is busy, is full, has a newer format, or holds a damaged entry. Core reports the error and
 * returns the computed value, unless the option is `onStoreError: 'throw'`.
 */
export class StoreError extends PersistError implements StoreFacts {
  readonly store: string
  readonly operation?: string
  readonly namespace?: string
  readonly hash?: string

  constructor(code: StoreErrorCode, message: string, facts: StoreFacts, options?: ErrorOptions) {
    super(code, message, options)
    this.store = facts.store
    if (facts.operation !== undefined) this.operation = facts.operation
    if (facts.namespace !== undefined) this.namespace = facts.namespace
    if (facts.hash !== undefined) this.hash = facts.hash
  }
}

/** With `PERSIST_MODE=replay`, a call has no entry. The function did not run. */
export class ReplayMissError extends PersistError {
  readonly namespace: string
  readonly hash: string

  constructor(message: string, facts: { namespace: string; hash: string }) {
    super('ERR_PERSIST_REPLAY_MISS', message)
    this.namespace = facts.namespace
    this.hash = facts.hash
  }
}

/** With `trace`, a function read something that no later call could verify. Its result is returned, not stored. */
export class InputError extends PersistError {
  readonly namespace: string
  /** What was read: a path, the name of a function. */
  readonly input: string

  constructor(message: string, facts: { namespace: string; input: string }) {
    super('ERR_PERSIST_INPUT', message)
    this.namespace = facts.namespace
    this.input = facts.input
  }
}

const NAMES = {
  OptionError,
  KeyError,
  HashError,
  HashCollisionError,
  PickleError,
  UnpickleError,
  CodecError,
  DuplicateNamespaceError,
  NotPersistedError,
  UnknownStoreError,
  StoreNotInstalledError,
  StoreError,
  ReplayMissError,
  InputError,
}
for (const [name, errorClass] of Object.entries(NAMES)) brand(errorClass.prototype, name)
