import { OptionError, StoreError, type StoreErrorCode, type StoreFacts } from '@persist/errors'
import { redactUrl } from '../redact.ts'

/** What a store is doing, for the facts of its errors. */
export interface Operation extends Omit<StoreFacts, 'store'> {
  /** The method: `get`, `set`, `lease`, … */
  readonly operation: string
}

/**
 * The operation of a method on a namespace, or on one entry of it.
 *
 * @example
 * ```ts
 * operationOn('double', 'get', 'wXS1bv')   // { operation: 'get', namespace: 'double', hash: 'wXS1bv' }
 * operationOn('double', 'clear')           // { operation: 'clear', namespace: 'double' }
 * ```
 */
export function operationOn(namespace: string, operation: string, hash?: string): Operation {
  return hash === undefined ? { operation, namespace } : { operation, namespace, hash }
}

/** What a store could not do, in words. */
const PHRASES: Readonly<Record<string, string>> = {
  get: 'read an entry',
  getMany: 'read entries',
  set: 'store an entry',
  publish: 'store an entry',
  delete: 'delete an entry',
  deleteByTag: 'delete entries by their tag',
  clear: 'delete the entries of a function',
  entries: 'list entries',
  heads: 'list entries',
  list: 'list entries',
  stats: 'count entries',
  prune: 'delete expired entries',
  evict: 'keep its bounds',
  lease: 'take a lease',
  renew: 'renew a lease',
  release: 'release a lease',
  promised: 'note a promise',
  waitsFor: 'note a wait',
  mark: 'read the deletions by tag',
  hasDeleted: 'read the deletions by tag',
  record: 'note a deletion by tag',
  namespaces: 'list functions',
  ping: 'be reached',
  exists: 'be looked at',
}

/**
 * The error of an operation that failed, in the same words for every store: `the store X could not read an entry: …`.
 *
 * @param cause What was thrown. Its message ends the message, so it must hold no secret: see {@link withoutSecrets}.
 * @example
 * ```ts
 * operationFailed('ERR_PERSIST_STORE', { store: 'a', operation: 'get' }, new Error('EIO')).message   // 'the store a could not read an entry: EIO'
 * ```
 */
export function operationFailed(code: StoreErrorCode, facts: StoreFacts, cause: Error): StoreError {
  const phrase = PHRASES[facts.operation ?? ''] ?? 'be used'
  return new StoreError(code, `the store ${facts.store} could not ${phrase}: ${cause.message}`, facts, { cause })
}

/**
 * Whether what failed with this error may succeed later: the store was unavailable or busy. Then it may have been done, too, and
 * only the reply was lost.
 *
 * @example
 * ```ts
 * mayPass(new StoreError('ERR_PERSIST_STORE_BUSY', 'too many files are open', { store: 'a' }))   // true
 * mayPass(new StoreError('ERR_PERSIST_STORE_FULL', 'the disk is full', { store: 'a' }))          // false
 * ```
 */
export function mayPass(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === 'ERR_PERSIST_STORE_UNAVAILABLE' || code === 'ERR_PERSIST_STORE_BUSY'
}

/** Which entry of which store is meant. */
export interface EntryFacts {
  readonly store: string
  readonly namespace: string
  readonly hash: string
}

/**
 * The report of an entry that cannot be read.
 *
 * @param at Where the entry is, if a person can look there: the path of its file. Default: hash, namespace and store.
 * @example
 * ```ts
 * entryDamaged({ store: 'a', namespace: 'double', hash: 'x' }).code   // 'ERR_PERSIST_ENTRY_DAMAGED'
 * ```
 */
export function entryDamaged({ store, namespace, hash }: EntryFacts, at?: string): StoreError {
  const entry = at ?? `${JSON.stringify(hash)} of ${JSON.stringify(namespace)} in ${store}`
  return new StoreError('ERR_PERSIST_ENTRY_DAMAGED', `the entry ${entry} is damaged, and counts as a miss`, {
    store,
    operation: 'get',
    namespace,
    hash,
  })
}

/**
 * The error of an entry that has more bytes than a store takes.
 *
 * @param advice What can hold such a value. Default: nothing is advised.
 * @example
 * ```ts
 * entryTooLarge({ store: 'a', namespace: 'double', hash: 'x' }, 11, 10).code   // 'ERR_PERSIST_VALUE_TOO_LARGE'
 * ```
 */
export function entryTooLarge(
  { store, namespace, hash }: EntryFacts,
  bytes: number,
  maxBytes: number,
  advice?: string,
): StoreError {
  return new StoreError(
    'ERR_PERSIST_VALUE_TOO_LARGE',
    `an entry of ${bytes} bytes is too large for ${store}: at most ${maxBytes}${advice === undefined ? '' : `; ${advice}`}`,
    { store, operation: 'set', namespace, hash },
  )
}

/**
 * The error of a cache URL that a store cannot use; it shows no password.
 *
 * @example
 * ```ts
 * refusedUrl('lmdb://', 'it names no folder').message   // 'the cache "lmdb://" cannot be used: it names no folder'
 * ```
 */
export function refusedUrl(url: string | URL, reason: string): OptionError {
  const shown = JSON.stringify(redactUrl(String(url)))
  return new OptionError(`the cache ${shown} cannot be used: ${reason}`, { option: 'cache' })
}

/**
 * The absolute path of the folder of a store.
 *
 * @param resolve The function of `node:path`.
 * @throws OptionError for a relative folder if the working directory of the process has been deleted.
 * @example
 * ```ts
 * absoluteFolder('cache', (folder) => `/project/${folder}`)   // '/project/cache'
 * ```
 */
export function absoluteFolder(folder: string, resolve: (path: string) => string): string {
  try {
    return resolve(folder)
  } catch (cause) {
    throw new OptionError(
      `the cache folder ${JSON.stringify(folder)} is relative to the working directory, which does not exist any more: give an absolute path`,
      { option: 'cache' },
      { cause },
    )
  }
}

/** How deep causes are copied. */
const MAX_CAUSES = 4

/**
 * A plain copy of an error of a driver, whose own error may carry documents, options and clients: what is printed or logged
 * must hold no password.
 *
 * @param secrets Strings that appear nowhere in the copy. URLs lose their logins in any case.
 * @example
 * ```ts
 * withoutSecrets(new Error('redis://ann:S3cret@db refused')).message   // 'redis://***@db refused'
 * ```
 */
export function withoutSecrets(thrown: unknown, secrets: readonly string[] = [], depth = 0): Error {
  const { name, message, stack, code, codeName, cause, errors } = (thrown ?? {}) as Readonly<Record<string, unknown>>
  const clean = (value: unknown) =>
    secrets.reduce((text, secret) => text.replaceAll(secret, '***'), redactUrl(String(value)))
  const copy = new Error(clean(message || messagesOf(errors) || code || message || thrown))
  if (typeof name === 'string') copy.name = name
  if (typeof stack === 'string') copy.stack = clean(stack)
  if (typeof code === 'string' || typeof code === 'number') Object.assign(copy, { code })
  if (typeof codeName === 'string') Object.assign(copy, { codeName })
  if (cause !== undefined && depth < MAX_CAUSES) copy.cause = withoutSecrets(cause, secrets, depth + 1)
  return copy
}

/** Node tries each address of a host name, and throws one error with all attempts, without a message. */
function messagesOf(errors: unknown): string {
  return Array.isArray(errors)
    ? errors.map((error) => String((error as Error | null)?.message ?? error)).join('; ')
    : ''
}
