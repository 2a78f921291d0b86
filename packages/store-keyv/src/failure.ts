import { StoreError, type StoreErrorCode, type StoreFacts } from '@persist/errors'
import { redactUrl } from '@persist/store'
import { OutOfPatience } from './patience.ts'

const UNAVAILABLE =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH|not connected|failed to connect|socket closed|connection (?:is |was )?(?:closed|terminated|lost|timeout)|client is closed|disconnects client|LOADING|NOAUTH|WRONGPASS|MASTERDOWN|CLUSTERDOWN/i
const FULL = /^OOM |maxmemory|no space left|ENOSPC|disk (?:is )?full|quota/i
const TOO_LARGE = /exceeds maximum allowed size|invalid bulk length|string exceeds|value too (?:large|long)/i

/** What Keyv or its storage threw, as one of ours: with a code, without a secret. */
export function storeError(thrown: unknown, facts: StoreFacts): StoreError {
  if (thrown instanceof StoreError) return thrown
  const cause = withoutSecrets(thrown)
  return new StoreError(codeOf(thrown), `${facts.store} could not ${facts.operation}: ${cause.message}`, facts, {
    cause,
  })
}

function codeOf(thrown: unknown): StoreErrorCode {
  const { code, message, errors } = (thrown ?? {}) as { code?: unknown; message?: unknown; errors?: unknown }
  const text = [code, message ?? thrown, ...(Array.isArray(errors) ? errors.map(String) : [])].join(' ')
  if (thrown instanceof OutOfPatience) return 'ERR_PERSIST_STORE_UNAVAILABLE'
  if (FULL.test(String(message))) return 'ERR_PERSIST_STORE_FULL'
  if (TOO_LARGE.test(text)) return 'ERR_PERSIST_VALUE_TOO_LARGE'
  return UNAVAILABLE.test(text) ? 'ERR_PERSIST_STORE_UNAVAILABLE' : 'ERR_PERSIST_STORE'
}

/** A plain copy: a driver's own error carries options and clients with it. */
function withoutSecrets(thrown: unknown): Error {
  const { message, name, code } = (thrown ?? {}) as { message?: unknown; name?: unknown; code?: unknown }
  const copy = new Error(redactUrl(String(message || code || thrown)))
  if (typeof name === 'string') copy.name = name
  if (typeof code === 'string') Object.assign(copy, { code })
  return copy
}
