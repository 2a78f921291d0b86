import { OptionError } from '@persist/errors'
import { nearest } from '@persist/store'
import type { MongoClient, MongoClientOptions } from 'mongodb'
import { type MongoUrl, readMongoUrl } from './mongo-url.ts'

/** How to keep entries in MongoDB. */
export interface MongoStoreOptions {
  /** An existing client to use, which is never closed here. The URL then only names database and collection. */
  readonly client?: MongoClient | undefined
  /** Handed on to the driver when this store makes its client, which then is shared with no other store. */
  readonly clientOptions?: MongoClientOptions | undefined
  /** The collection. Default: the URL's `persistCollection`, else `persist`. */
  readonly collection?: string | undefined
  /**
   * How long one verb waits for a server that does not answer, in milliseconds; a large value gets another millisecond
   * for every kilobyte. Default: the URL's `persistServerWaitMs`, else 2,000.
   */
  readonly serverWaitMs?: number | undefined
  /** How long core asks a lease for, in milliseconds. Default: 30,000. */
  readonly leaseMs?: number | undefined
  /**
   * How long the server keeps an entry after it may not be served any more, in milliseconds: after its expiry, or after
   * the end of `staleWhileRevalidate` and `staleIfError`, which this never cuts short. Default: a day.
   */
  readonly keepExpiredMs?: number | undefined
}

/** The options, complete and checked. */
export interface Plan {
  readonly url: MongoUrl
  readonly client: MongoClient | undefined
  readonly clientOptions: MongoClientOptions | undefined
  readonly collection: string
  readonly serverWaitMs: number
  readonly leaseMs: number | undefined
  readonly keepExpiredMs: number
  /** The place without secrets; the same place has the same name. */
  readonly name: string
}

const DEFAULT_COLLECTION = 'persist'
const DAY = 86_400_000
const CHECKS: { readonly [K in keyof Required<MongoStoreOptions>]: (value: unknown) => string | undefined } = {
  client: (value) => (isClient(value) ? undefined : 'a MongoClient'),
  clientOptions: (value) => (typeof value === 'object' && value !== null ? undefined : 'an object'),
  collection: (value) => (isCollectionName(value) ? undefined : 'the name of a collection'),
  serverWaitMs: (value) => (isPositive(value) ? undefined : 'a positive number of milliseconds'),
  leaseMs: (value) => (isPositive(value) ? undefined : 'a positive number of milliseconds'),
  keepExpiredMs: (value) => (value === 0 || isPositive(value) ? undefined : 'a number of milliseconds'),
}

/** Reads the URL and the options. Throws `OptionError` for what they cannot be. */
export function planOf(url: string, options: MongoStoreOptions): Plan {
  for (const [option, value] of Object.entries(options)) check(option, value)
  const read = readMongoUrl(url)
  const collection = options.collection ?? read.collection ?? DEFAULT_COLLECTION
  check('collection', collection)
  checkDatabase(read.database)
  return {
    url: read,
    client: options.client,
    clientOptions: options.clientOptions,
    collection,
    serverWaitMs: options.serverWaitMs ?? read.serverWaitMs ?? 2000,
    leaseMs: options.leaseMs,
    keepExpiredMs: options.keepExpiredMs ?? DAY,
    name: `${read.hosts}/${read.database}?persistCollection=${collection}`,
  }
}

function check(option: string, value: unknown): void {
  if (!Object.hasOwn(CHECKS, option)) {
    const near = nearest(option, Object.keys(CHECKS))
    throw new OptionError(`mongoStore has no option ${option}${near ? `; did you mean ${near}?` : ''}`, {
      option,
      nearest: near,
    })
  }
  const wanted = value === undefined ? undefined : CHECKS[option as keyof MongoStoreOptions](value)
  if (wanted !== undefined) throw new OptionError(`the option ${option} of mongoStore must be ${wanted}`, { option })
}

function isClient(value: unknown): boolean {
  return typeof (value as { db?: unknown } | null)?.db === 'function'
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && Number.isFinite(value)
}

// https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
function isCollectionName(value: unknown): boolean {
  return typeof value === 'string' && /^(?!system\.)[^$\0]{1,200}$/.test(value)
}

function checkDatabase(name: string): void {
  if (/^[^/\\. "$*<>:|?\0]{1,63}$/.test(name)) return
  throw new OptionError(`${JSON.stringify(name)} cannot name a database`, { option: 'cache' })
}
