import { StoreError, type StoreErrorCode } from '@persist/errors'
import { errorCode } from './files/file-system.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Where a verb was when it failed. */
export interface Whereabouts {
  readonly store: string
  readonly operation: string
  readonly namespace?: string
  readonly hash?: string
}

/** Runs a verb; an error of the file system becomes a {@link StoreError} that keeps it as its `cause`. */
export function told<T>(where: Whereabouts, verb: () => T): T {
  try {
    return verb()
  } catch (error) {
    throw storeFailure(where, error)
  }
}

/** The {@link StoreError} for an error of the file system. Others pass unchanged. */
export function storeFailure(where: Whereabouts, error: unknown): unknown {
  const code = errorCode(error)
  if (code === undefined || code.startsWith('ERR_')) return error
  const full = FULL.has(code)
  const kind: StoreErrorCode = full ? 'ERR_PERSIST_STORE_FULL' : 'ERR_PERSIST_STORE'
  const reason = full ? 'is full' : `could not ${where.operation}`
  return new StoreError(kind, `The store ${where.store} ${reason}: ${(error as Error).message}`, where, {
    cause: error,
  })
}
