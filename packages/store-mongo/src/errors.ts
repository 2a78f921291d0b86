import { StoreError, type StoreErrorCode, type StoreFacts } from '@persist/errors'
import { installCommand } from '@persist/store'
import { TimeoutError, withoutSecrets } from '@persist/store/kit'
import { BusyError } from './semaphore.ts'
import { ConnectionClosedError, SlowError } from './timeout.ts'

/** The parts of an error of the driver that matter here; its type is unknown. */
interface Thrown {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
}

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const UNAVAILABLE_CODES = new Set<unknown>([
  6, 7, 18, 13, 89, 91, 189, 262, 50, 9001, 10107, 10058, 11600, 11602, 13435, 13436, 8000,
])
/** A conflict, a lock or a limit on requests, which passes. */
const BUSY_CODES = new Set<unknown>([24, 46, 112, 16500])
const FULL_CODES = new Set<unknown>([14031, 12501])
// The last one is that of the driver's own buffer, where a head does not fit.
const TOO_LARGE_CODES = new Set<unknown>([10334, 17280, 17419, 17420, 'ERR_OUT_OF_RANGE'])
const UNAVAILABLE_NAMES =
  /^Mongo(ServerSelection|Network|NetworkTimeout|TopologyClosed|ClientClosed|NotConnected|PoolCleared|PoolClosed|PoolClearedOnNetwork|WaitQueueTimeout|Expired|ConnectionPool|ServerClosed|OperationTimeout|MissingCredentials|AWS|Azure|GCP|OIDC|Kerberos)/
/** The codes of the system for a name or a server that cannot be found; the driver's own lookup of mongodb+srv has them too. */
const UNREACHABLE =
  /^(EAI_\w+|ENOTFOUND|ENODATA|ETIMEOUT|ESERVFAIL|EREFUSED|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/
const FULL_TEXT = /out of disk|no space left|ENOSPC|quota|disk full|database or disk is full/i

/** A slow server is not a dead one. */
const HINT = '; to wait longer, set the option serverWaitMs, or ?persistServerWaitMs= in the URL'

/** The driver's error as one of ours: with a code, without a secret. */
export function toStoreError(thrown: unknown, facts: StoreFacts, secrets: readonly string[]): StoreError {
  if (thrown instanceof StoreError) return thrown
  const cause = withoutSecrets(thrown, secrets)
  const code = codeOf(thrown)
  const method = facts.operation === undefined ? '' : ` (${facts.operation})`
  const hint = thrown instanceof TimeoutError ? HINT : ''
  return new StoreError(code, `${facts.store}: ${saying(code, cause)}${method}${hint}`, facts, { cause })
}

function saying(code: StoreErrorCode, cause: Error): string {
  const reason = cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message
  switch (code) {
    case 'ERR_PERSIST_STORE_LOAD':
      return `the driver cannot be loaded; install it with: ${installCommand('mongodb', process.env)}`
    case 'ERR_PERSIST_STORE_UNAVAILABLE':
      return `the server cannot be used now: ${reason}`
    case 'ERR_PERSIST_STORE_FULL':
      return `the server has no room left: ${reason}`
    case 'ERR_PERSIST_VALUE_TOO_LARGE':
      return `the entry is larger than the server takes: ${reason}`
    default:
      return reason
  }
}

function codeOf(thrown: unknown): StoreErrorCode {
  if (thrown instanceof BusyError || thrown instanceof SlowError) return 'ERR_PERSIST_STORE_BUSY'
  if (thrown instanceof TimeoutError || thrown instanceof ConnectionClosedError) return 'ERR_PERSIST_STORE_UNAVAILABLE'
  const { name, message, code } = (thrown ?? {}) as Thrown
  const text = String(message)
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'ERR_PERSIST_STORE_LOAD'
  if (FULL_CODES.has(code) || FULL_TEXT.test(text)) return 'ERR_PERSIST_STORE_FULL'
  if (TOO_LARGE_CODES.has(code) || /BSONObj size|larger than the maximum size/i.test(text)) {
    return 'ERR_PERSIST_VALUE_TOO_LARGE'
  }
  if (UNAVAILABLE_CODES.has(code) || UNAVAILABLE_NAMES.test(String(name)) || UNREACHABLE.test(String(code)))
    return 'ERR_PERSIST_STORE_UNAVAILABLE'
  return BUSY_CODES.has(code) ? 'ERR_PERSIST_STORE_BUSY' : 'ERR_PERSIST_STORE'
}
