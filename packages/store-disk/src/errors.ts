import { StoreError, type StoreErrorCode } from '@persist/errors'
import { errorCode } from './files/file-system.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
/** What may concern the store's folder as a whole, and not one file in it. */
const MAYBE_WHOLE = new Set(['EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ESTALE', 'EIO', 'ENOTCONN', 'EHOSTDOWN', 'ENXIO'])

/** Where a verb was when it failed. */
export interface Whereabouts {
  readonly store: string
  readonly operation: string
  readonly namespace?: string
  readonly hash?: string
}

/** Runs a verb; an error of the file system becomes a {@link StoreError} that keeps it as its `cause`. */
export function withStoreErrors<T>(where: Whereabouts, act: () => T, recheck?: () => void): T {
  try {
    return act()
  } catch (error) {
    throw toStoreError(where, error, recheck)
  }
}

/**
 * The {@link StoreError} for an error of the file system. Others pass unchanged.
 *
 * @param recheck throws if the store's folder as a whole cannot be used any more: then that is the error.
 */
export function toStoreError(where: Whereabouts, error: unknown, recheck?: () => void): unknown {
  const code = errorCode(error)
  if (code === undefined || code.startsWith('ERR_')) return error
  if (recheck !== undefined && MAYBE_WHOLE.has(code)) {
    try {
      recheck()
    } catch (whole) {
      return toStoreError(where, whole)
    }
  }
  const full = FULL.has(code)
  const kind: StoreErrorCode = full ? 'ERR_PERSIST_STORE_FULL' : 'ERR_PERSIST_STORE'
  const reason = full ? 'is full' : `could not ${where.operation}`
  return new StoreError(kind, `The store ${where.store} ${reason}: ${(error as Error).message}`, where, {
    cause: error,
  })
}
