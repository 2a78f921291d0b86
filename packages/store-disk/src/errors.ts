import { StoreError } from '@persist/errors'
import { type Operation, operationFailed } from '@persist/store/kit'
import { errorCode } from './files/file-system.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
/** What passes: the process has too many files open, or another program has this one open; a network or a disk fails for a moment. */
const PASSING = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOLCK',
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EIO',
  'ESTALE',
  'ETIMEDOUT',
  'ENOTCONN',
  'EHOSTDOWN',
])
/** What may concern the store's folder as a whole, and not one file in it. */
const MAYBE_WHOLE = new Set(['EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ESTALE', 'EIO', 'ENOTCONN', 'EHOSTDOWN', 'ENXIO'])

/** Which store does what. */
export interface StoreOperation extends Operation {
  readonly store: string
}

/** Returns what `act` returns. An error of the file system becomes a {@link StoreError} with it as its `cause`. */
export function withStoreErrors<T>(operation: StoreOperation, act: () => T, recheck?: () => void): T {
  try {
    return act()
  } catch (error) {
    throw toStoreError(operation, error, recheck)
  }
}

/**
 * The {@link StoreError} for an error of the file system. Others pass unchanged.
 *
 * @param recheck throws if the store's folder as a whole cannot be used any more: then that is the error.
 */
export function toStoreError(operation: StoreOperation, error: unknown, recheck?: () => void): unknown {
  const code = errorCode(error)
  if (code === undefined || code.startsWith('ERR_')) return error
  if (recheck !== undefined && MAYBE_WHOLE.has(code)) {
    try {
      recheck()
    } catch (whole) {
      return toStoreError(operation, whole)
    }
  }
  if (!FULL.has(code)) {
    return operationFailed(
      PASSING.has(code) ? 'ERR_PERSIST_STORE_BUSY' : 'ERR_PERSIST_STORE',
      operation,
      error as Error,
    )
  }
  const message = `the store ${operation.store} is full: ${(error as Error).message}`
  return new StoreError('ERR_PERSIST_STORE_FULL', message, operation, { cause: error })
}
