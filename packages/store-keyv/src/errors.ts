import { StoreError, type StoreErrorCode, type StoreFacts } from '@persist/errors'
import { redactUrl } from '@persist/store'
import { TimeoutError } from './timeout.ts'

const UNAVAILABLE =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH|not connected|failed to connect|socket closed|connection (?:is |was )?(?:closed|terminated|lost|timeout)|client is closed|disconnects client|LOADING|NOAUTH|WRONGPASS|MASTERDOWN|CLUSTERDOWN/i
const FULL = /^OOM |maxmemory|no space left|ENOSPC|disk (?:is )?full|quota/i
const TOO_LARGE =
  /exceeds maximum allowed size|invalid bulk length|string exceeds|invalid string length|string longer than|value too (?:large|long)/i

/** What a verb does, in words. */
const DEEDS: Readonly<Record<string, string>> = {
  get: 'read an entry',
  getMany: 'read entries',
  set: 'store an entry',
  delete: 'delete an entry',
  clear: 'delete the entries of a function',
  entries: 'list entries',
  heads: 'list entries',
  stats: 'count entries',
  prune: 'delete expired entries',
  namespaces: 'list functions',
  ping: 'be reached',
}

/** What Keyv or its storage threw, as one of ours: with a code, without a secret. `reason`: what is behind it. */
export function toStoreError(thrown: unknown, facts: StoreFacts, reason: unknown = thrown): StoreError {
  if (thrown instanceof StoreError) return thrown
  const cause = withoutSecrets(reason)
  const deed = DEEDS[facts.operation ?? ''] ?? 'be used'
  return new StoreError(codeOf(thrown), `${facts.store} could not ${deed}: ${cause.message}`, facts, { cause })
}

function codeOf(thrown: unknown): StoreErrorCode {
  const { code, message, errors } = (thrown ?? {}) as { code?: unknown; message?: unknown; errors?: unknown }
  const text = [code, message ?? thrown, ...(Array.isArray(errors) ? errors.map(String) : [])].join(' ')
  if (thrown instanceof TimeoutError) return 'ERR_PERSIST_STORE_UNAVAILABLE'
  if (FULL.test(String(message))) return 'ERR_PERSIST_STORE_FULL'
  if (TOO_LARGE.test(text)) return 'ERR_PERSIST_VALUE_TOO_LARGE'
  return UNAVAILABLE.test(text) ? 'ERR_PERSIST_STORE_UNAVAILABLE' : 'ERR_PERSIST_STORE'
}

/** A plain copy: a driver's own error carries options and clients with it. */
function withoutSecrets(thrown: unknown): Error {
  const { message, name, code } = (thrown ?? {}) as { message?: unknown; name?: unknown; code?: unknown }
  const copy = new Error(redactUrl(String(message || reasonsIn(thrown) || code || thrown)))
  if (typeof name === 'string') copy.name = name
  if (typeof code === 'string') Object.assign(copy, { code })
  return copy
}

/** Node tries each address of a name, and tells of all attempts together without a message. */
function reasonsIn(thrown: unknown): string {
  const { errors } = (thrown ?? {}) as { errors?: unknown }
  return Array.isArray(errors)
    ? errors.map((error) => String((error as Error | null)?.message ?? error)).join('; ')
    : ''
}
