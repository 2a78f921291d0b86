import { OptionError } from '@persist/errors'
import { checkStoreOptions, NOT_NEGATIVE_MS, type OptionChecks, POSITIVE_MS } from '@persist/store/kit'
import type { MongoClient, MongoClientOptions } from 'mongodb'
import { type MongoUrl, readMongoUrl } from './url.ts'

/** How to keep entries in MongoDB. */
export interface MongoStoreOptions {
  /** An existing client to use, which is never closed here. The URL then only names database and collection. */
  readonly client?: MongoClient | undefined
  /** Handed on to the driver when this store makes its client, which then is shared with no other store. */
  readonly clientOptions?: MongoClientOptions | undefined
  /** The collection. Default: the URL's `persistCollection`, else `persist`. */
  readonly collection?: string | undefined
  /**
   * How long one method waits for a server that does not answer, in milliseconds; a large value gets another millisecond
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

/** The options, checked and completed. */
export interface ResolvedOptions {
  readonly url: MongoUrl
  readonly client: MongoClient | undefined
  readonly clientOptions: MongoClientOptions | undefined
  readonly collection: string
  readonly serverWaitMs: number
  readonly leaseMs: number | undefined
  readonly keepExpiredMs: number
  /** Server, database and collection without secrets; equal for one and the same collection. */
  readonly name: string
}

const DEFAULT_COLLECTION = 'persist'
const DAY = 86_400_000
const CHECKS: OptionChecks<MongoStoreOptions> = {
  client: ['a MongoClient', isClient],
  clientOptions: ['an object', (value) => typeof value === 'object' && value !== null],
  collection: ['the name of a collection', isCollectionName],
  serverWaitMs: POSITIVE_MS,
  leaseMs: POSITIVE_MS,
  keepExpiredMs: NOT_NEGATIVE_MS,
}

/** Reads the URL and the options. Throws `OptionError` for a URL or an option that this store cannot use. */
export function resolveOptions(url: string, options: MongoStoreOptions): ResolvedOptions {
  checkStoreOptions('mongoStore', options, CHECKS)
  const read = readMongoUrl(url)
  const collection = options.collection ?? read.collection ?? DEFAULT_COLLECTION
  checkStoreOptions('mongoStore', { collection }, CHECKS)
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

function isClient(value: unknown): boolean {
  return typeof (value as { db?: unknown } | null)?.db === 'function'
}

// https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
function isCollectionName(value: unknown): boolean {
  return typeof value === 'string' && /^(?!system\.)[^$\0]{1,200}$/.test(value)
}

function checkDatabase(name: string): void {
  if (/^[^/\\. "$*<>:|?\0]{1,63}$/.test(name)) return
  throw new OptionError(`${JSON.stringify(name)} cannot name a database`, { option: 'cache' })
}
