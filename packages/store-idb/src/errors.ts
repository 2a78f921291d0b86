import { StoreError, type StoreErrorCode, type StoreFacts } from '@persist/errors'
import { operationFailed, TimeoutError } from '@persist/store/kit'

/** Thrown where there is no IndexedDB, or where the page may not use it. */
export class NoIndexedDb extends Error {
  override readonly name = 'NoIndexedDb'

  constructor() {
    super('there is no IndexedDB here, or it is forbidden: this store is for pages and their workers')
  }
}

/** By the names of DOMExceptions: https://w3c.github.io/IndexedDB/#exceptions */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  QuotaExceededError: 'ERR_PERSIST_STORE_FULL',
  NoIndexedDb: 'ERR_PERSIST_STORE_UNAVAILABLE',
  // A page in a sandbox, or a user who forbids storage.
  SecurityError: 'ERR_PERSIST_STORE_UNAVAILABLE',
  // The disk failed, or the browser lost the database.
  UnknownError: 'ERR_PERSIST_STORE_UNAVAILABLE',
  // The browser has ended a transaction, as the user deleted the data of the site.
  AbortError: 'ERR_PERSIST_STORE_UNAVAILABLE',
  InvalidStateError: 'ERR_PERSIST_STORE_UNAVAILABLE',
  TimeoutError: 'ERR_PERSIST_STORE_UNAVAILABLE',
  // The database has the form of a later version of this package.
  VersionError: 'ERR_PERSIST_STORE_UNAVAILABLE',
}

/** The {@link StoreError} for an error of IndexedDB. */
export function toStoreError(thrown: unknown, facts: StoreFacts): StoreError {
  if (thrown instanceof StoreError) return thrown
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  return operationFailed(codeOf(error), facts, error)
}

function codeOf(error: Error): StoreErrorCode {
  const { name, message } = error
  if (error instanceof TimeoutError) return 'ERR_PERSIST_STORE_UNAVAILABLE'
  if (name === 'DataCloneError' || /too large|maximum (?:size|length)|larger than/i.test(message))
    return 'ERR_PERSIST_VALUE_TOO_LARGE'
  return CODES[name] ?? 'ERR_PERSIST_STORE'
}
