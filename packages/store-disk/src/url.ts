import { fileURLToPath } from 'node:url'
import { OptionError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import { type DiskStoreOptions, diskStore } from './disk-store.ts'

/**
 * The store for a cache URL.
 *
 * @throws OptionError for another scheme, or with a query or fragment.
 * @example
 * ```ts
 * fromUrl('file://persist')             // ./persist
 * fromUrl('file:///var/cache/a%20b')    // /var/cache/a b
 * ```
 */
export function fromUrl(url: string | URL, options?: DiskStoreOptions): StoreAdapter<'sync'> {
  return diskStore(folderOf(url), options)
}

/** The folder that a cache URL means, as it was written: relative or not. */
export function folderOf(url: string | URL): string {
  if (url instanceof URL) return fileURLToPath(url)
  const match = /^file:\/\/(.*)$/is.exec(url)
  if (match === null) {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) throw refused(url, 'it has another scheme than file://')
    return url
  }
  const path = match[1]!
  if (path === '') throw refused(url, 'it names no folder')
  if (/[?#]/.test(path)) throw refused(url, 'a file:// URL has no parameters here; write ? as %3F and # as %23')
  return path.startsWith('/') ? fileURLToPath(url) : decodeURIComponent(path)
}

function refused(url: string, why: string): OptionError {
  return new OptionError(`The cache URL ${JSON.stringify(url)} cannot be used: ${why}.`, { option: 'cache' })
}
