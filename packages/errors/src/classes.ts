import { brand } from './brand.ts'
import { PersistError, type PersistErrorCode } from './persist-error.ts'

/** An option that is unknown or of the wrong type. `option` names it, `nearest` the known option most like it. */
export class OptionError extends PersistError {
  readonly option: string
  readonly nearest: string | undefined

  constructor(message: string, facts: { option: string; nearest?: string | undefined }) {
    super('ERR_PERSIST_OPTION', message)
    this.option = facts.option
    this.nearest = facts.nearest
  }
}

/** Arguments that have no stable identity. `path` leads to the part, as in `$[0].when`. */
export class KeyError extends PersistError {
  readonly path: string

  constructor(reason: string, path: string, options?: ErrorOptions) {
    super('ERR_PERSIST_KEY', `${reason} (at ${path})`, options)
    this.path = path
  }
}

/** A hash that cannot name an entry in the store. Raised before the function runs. */
export class HashError extends PersistError {
  readonly hash: string

  constructor(reason: string, hash: string, options?: ErrorOptions) {
    super('ERR_PERSIST_HASH', reason, options)
    this.hash = hash
  }
}

/** Two keys share one hash. `storedKey` is the other key where the store knows it. */
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

/** A value that would not come back equal. `path` leads to the part, as in `$.rows[3].when`. */
export class PickleError extends PersistError {
  readonly path: string

  constructor(reason: string, path: string, options?: ErrorOptions) {
    super('ERR_PERSIST_PICKLE', `${reason} (at ${path})`, options)
    this.path = path
  }
}

/** A payload that no value can be read from. Core counts it as a miss and reports it. */
export class UnpickleError extends PersistError {
  constructor(reason: string, options?: ErrorOptions) {
    super('ERR_PERSIST_UNPICKLE', reason, options)
  }
}

/** Two functions under one `funcname` in one store of one process. */
export class DuplicateNamespaceError extends PersistError {
  readonly namespace: string

  constructor(message: string, namespace: string) {
    super('ERR_PERSIST_DUPLICATE_NAMESPACE', message)
    this.namespace = namespace
  }
}

/** `persisted(f)` was given something that is not persisted. */
export class NotPersistedError extends PersistError {
  constructor(message: string) {
    super('ERR_PERSIST_NOT_PERSISTED', message)
  }
}

/** No store is known for the URL's scheme. */
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

/** The scheme is known, its package is not installed. `install` is the command that installs it. */
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

/** What an error of a store can be about. */
export interface StoreFacts {
  /** The store as a person would name it: a folder, or a URL without its password. */
  readonly store: string
  /** What was being done: `get`, `set`, `lease`, … */
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
  | 'ERR_PERSIST_STORE_FORMAT'
  | 'ERR_PERSIST_STORE_FULL'
  | 'ERR_PERSIST_ENTRY_DAMAGED'
  | 'ERR_PERSIST_VALUE_TOO_LARGE'
>

/**
 * Trouble in a store: it cannot be reached, is full, of a newer format, or holds a damaged entry. Core reports it and
 * returns the computed value, unless `onStoreError: 'throw'`.
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

/** `PERSIST_MODE=replay` and no entry: the function was not run. */
export class ReplayMissError extends PersistError {
  readonly namespace: string
  readonly hash: string

  constructor(message: string, facts: { namespace: string; hash: string }) {
    super('ERR_PERSIST_REPLAY_MISS', message)
    this.namespace = facts.namespace
    this.hash = facts.hash
  }
}

const NAMES = {
  OptionError,
  KeyError,
  HashError,
  HashCollisionError,
  PickleError,
  UnpickleError,
  DuplicateNamespaceError,
  NotPersistedError,
  UnknownStoreError,
  StoreNotInstalledError,
  StoreError,
  ReplayMissError,
}
for (const [name, errorClass] of Object.entries(NAMES)) brand(errorClass.prototype, name)
