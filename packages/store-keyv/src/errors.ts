import { StoreError, type StoreErrorCode, type StoreFacts } from '@persist/errors'
import { operationFailed, TimeoutError, withoutSecrets } from '@persist/store/kit'

const UNAVAILABLE =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH|not connected|failed to connect|socket closed|connection (?:is |was )?(?:closed|terminated|lost|timeout)|client is closed|disconnects client|LOADING|NOAUTH|WRONGPASS|MASTERDOWN|CLUSTERDOWN/i
/** After a failover another server is the primary one of Redis, which a new connection may find. */
const DEMOTED = /^READONLY /
const FULL = /^OOM |maxmemory|no space left|ENOSPC|disk (?:is )?full|quota/i
/** Another process has the lock of a database, or it has too many clients, or a script of Redis runs. */
const BUSY =
  /SQLITE_BUSY|SQLITE_LOCKED|(?:database|table)(?: \w+)? is locked|deadlock|lock wait timeout|too many (?:clients|connections)|max number of clients|could not serialize|TRYAGAIN|EMFILE|ENFILE|EAGAIN|EBUSY/i
const REDIS_BUSY = /^BUSY /
const TOO_LARGE =
  /exceeds maximum allowed size|invalid bulk length|string exceeds|invalid string length|string longer than|value too (?:large|long)/i

/**
 * The {@link StoreError} for an error of Keyv or of its storage: with a code, without a secret.
 *
 * @param reason The error that says why, where `thrown` does not. Default: `thrown`.
 */
export function toStoreError(thrown: unknown, facts: StoreFacts, reason: unknown = thrown): StoreError {
  return thrown instanceof StoreError ? thrown : operationFailed(codeOf(thrown), facts, withoutSecrets(reason))
}

function codeOf(thrown: unknown): StoreErrorCode {
  if (thrown instanceof TimeoutError) return 'ERR_PERSIST_STORE_UNAVAILABLE'
  const { code, message, errors } = (thrown ?? {}) as { code?: unknown; message?: unknown; errors?: unknown }
  const text = [code, message ?? thrown, ...(Array.isArray(errors) ? errors.map(String) : [])].join(' ')
  if (FULL.test(String(message))) return 'ERR_PERSIST_STORE_FULL'
  if (TOO_LARGE.test(text)) return 'ERR_PERSIST_VALUE_TOO_LARGE'
  if (UNAVAILABLE.test(text) || DEMOTED.test(String(message))) return 'ERR_PERSIST_STORE_UNAVAILABLE'
  return BUSY.test(text) || REDIS_BUSY.test(String(message)) ? 'ERR_PERSIST_STORE_BUSY' : 'ERR_PERSIST_STORE'
}
