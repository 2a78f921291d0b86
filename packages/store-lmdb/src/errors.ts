import { PersistError, StoreError, type StoreErrorCode, type StoreFacts } from '@persist/errors'
import { entryTooLarge, operationFailed } from '@persist/store/kit'
import { EntryTooLarge } from './entry-codec.ts'

// The numbers of LMDB's own errors: lmdb.h, "Return Codes".
const FULL = new Set<unknown>([-30792, -30788, 'ENOSPC', 'EDQUOT', 28, 122])
const FORMAT = new Set<unknown>([-30794, -30793])
/** The file is not there, or may not be opened: neither a folder nor the rights to it stay as they are forever. */
const UNAVAILABLE = new Set<unknown>(['EACCES', 'EIO', 'ENOENT', 'ENOTDIR', 'EPERM', 'ESTALE', 1, 2, 5, 13, 20, 116])
/** The process has no memory or no file left at this moment, or there are too many readers. */
const BUSY = new Set<unknown>([-30790, 'EAGAIN', 'EBUSY', 'EINTR', 'EMFILE', 'ENFILE', 'ENOMEM', 4, 11, 12, 16, 23, 24])

/** The {@link StoreError} for an error of LMDB or of the file system. Others pass unchanged. */
export function toStoreError(error: unknown, facts: StoreFacts): unknown {
  if (error instanceof EntryTooLarge) {
    const { store, namespace = '', hash = '' } = facts
    return entryTooLarge({ store, namespace, hash }, error.bytes, error.maxBytes)
  }
  // An error that the entry itself throws while it is read belongs to its maker.
  if (error instanceof PersistError || !isStoreFailure(error)) return error
  return operationFailed(codeOf(error.code), facts, error)
}

/** The error of an environment that cannot be opened, whatever was thrown. */
export function cannotOpen(store: string, error: unknown): StoreError {
  const { code, message } = error as { code?: unknown; message: string }
  const kind = codeOf(code)
  const reason = kind === 'ERR_PERSIST_STORE_FORMAT' ? 'is no LMDB file of a known version' : message
  const facts = { store, operation: 'open' }
  return new StoreError(kind, `the store ${store} cannot be opened: ${reason}`, facts, { cause: error })
}

function isStoreFailure(error: unknown): error is Error & { readonly code: string | number } {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'number' || (typeof code === 'string' && /^E[A-Z]+$/.test(code))
}

function codeOf(code: unknown): StoreErrorCode {
  if (FULL.has(code)) return 'ERR_PERSIST_STORE_FULL'
  if (UNAVAILABLE.has(code)) return 'ERR_PERSIST_STORE_UNAVAILABLE'
  if (BUSY.has(code)) return 'ERR_PERSIST_STORE_BUSY'
  return FORMAT.has(code) ? 'ERR_PERSIST_STORE_FORMAT' : 'ERR_PERSIST_STORE'
}
