import { PersistError, StoreError, type StoreErrorCode } from '@persist/errors'
import { EntryTooLarge } from './entry-codec.ts'

/** Where a verb was when it failed. */
export interface Whereabouts {
  readonly store: string
  readonly operation: string
  readonly namespace?: string
  readonly hash?: string
}

// The numbers of LMDB's own errors: lmdb.h, "Return Codes".
const FULL = new Set<unknown>([-30792, -30788, 'ENOSPC', 'EDQUOT', 28, 122])
const FORMAT = new Set<unknown>([-30794, -30793])

/** What LMDB or the file system threw, as a {@link StoreError} that keeps it as its `cause`; all else as it is. */
export function toStoreError(error: unknown, where: Whereabouts): unknown {
  if (error instanceof EntryTooLarge) {
    return new StoreError('ERR_PERSIST_VALUE_TOO_LARGE', `The store ${where.store}: ${error.message}`, where)
  }
  // What the entry itself throws while it is read is nobody's trouble but its maker's.
  if (error instanceof PersistError || !isStoreFailure(error)) return error
  const { code, message } = error
  return new StoreError(kindOf(code), `The store ${where.store} could not ${where.operation}: ${message}`, where, {
    cause: error,
  })
}

/** Trouble of an environment that cannot be opened, whatever was thrown. */
export function cannotOpen(store: string, error: unknown): StoreError {
  const { code, message } = error as { code?: unknown; message: string }
  const kind = kindOf(code)
  const reason = kind === 'ERR_PERSIST_STORE_FORMAT' ? 'is no LMDB file of a version that is known here' : message
  return new StoreError(
    kind,
    `The store ${store} cannot be opened: ${reason}`,
    { store, operation: 'open' },
    { cause: error },
  )
}

/** The report of an entry that cannot be read. */
export function entryDamaged({ store, namespace = '', hash = '' }: Omit<Whereabouts, 'operation'>): StoreError {
  return new StoreError(
    'ERR_PERSIST_ENTRY_DAMAGED',
    `The entry ${JSON.stringify(hash)} of ${JSON.stringify(namespace)} in ${store} is damaged, and counts as a miss`,
    { store, namespace, hash, operation: 'get' },
  )
}

function isStoreFailure(error: unknown): error is { code: string | number; message: string } {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'number' || (typeof code === 'string' && /^E[A-Z]+$/.test(code))
}

function kindOf(code: unknown): StoreErrorCode {
  if (FULL.has(code)) return 'ERR_PERSIST_STORE_FULL'
  return FORMAT.has(code) ? 'ERR_PERSIST_STORE_FORMAT' : 'ERR_PERSIST_STORE'
}
