import { OptionError } from '@persist/errors'
import { afterScheme, redactUrl, type StoreAdapter, schemeOf } from '@persist/store'
import { lmdbStore } from './adapter.ts'
import type { LmdbStoreOptions } from './options.ts'

declare module '@persist/store' {
  interface StoreSchemes {
    lmdb: LmdbStoreOptions
  }
}

/**
 * The store for a cache URL.
 *
 * @throws OptionError for another scheme, without a folder, or with a query or fragment.
 * @example
 * ```ts
 * fromUrl('lmdb://persist')              // ./persist
 * fromUrl('lmdb:///var/cache/a%20b')     // /var/cache/a b
 * ```
 */
export function fromUrl(url: string | URL, options?: LmdbStoreOptions): StoreAdapter<'sync'> {
  const path = afterScheme(url)
  if (schemeOf(url) !== 'lmdb') throw refused(url, 'it has another scheme than lmdb://')
  if (path === '') throw refused(url, 'it names no folder')
  if (/[?#]/.test(path)) throw refused(url, 'an lmdb:// URL has no parameters; write ? as %3F and # as %23')
  return lmdbStore(decoded(url, path), options)
}

function decoded(url: string | URL, path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw refused(url, 'a % that begins no escape is written %25')
  }
}

function refused(url: string | URL, why: string): OptionError {
  return new OptionError(`The cache URL ${JSON.stringify(redactUrl(String(url)))} cannot be used: ${why}.`, {
    option: 'cache',
  })
}
