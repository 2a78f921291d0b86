import { fileURLToPath } from 'node:url'
import { OptionError } from '@persist/errors'
import { redactUrl, type StoreAdapter } from '@persist/store'
import { diskStore } from './adapter.ts'
import type { DiskStoreOptions } from './options.ts'

/**
 * The store for a cache URL, or for a folder that is named without `file://`. The README has the forms.
 *
 * @throws OptionError for another scheme, for parameters, and for what names no folder.
 * @example
 * ```ts
 * fromUrl('file://persist')                         // ./persist
 * fromUrl('file:///var/cache/a%20b', { durable: true })   // /var/cache/a b
 * fromUrl('file://persist?layout=pypersist')        // ./persist, as pypersist for Python has it
 * ```
 */
export function fromUrl(url: string | URL, options?: DiskStoreOptions): StoreAdapter<'sync'> {
  return diskStore(url, options)
}

/** What a cache URL says: the folder, and `?layout=`, its only parameter. */
export function readUrl(url: string | URL): { readonly folder: string; readonly layout?: 'entries' | 'pypersist' } {
  const text = String(url)
  const [, start, layout] = /^(file:\/\/[^?#]*)\?layout=(entries|pypersist)$/i.exec(text) ?? []
  if (start === undefined) return { folder: folderOf(url) }
  return { folder: folderOf(start), layout: layout!.toLowerCase() as 'entries' | 'pypersist' }
}

/**
 * The folder that a cache URL means, relative or not:
 *
 * | written | folder |
 * |---|---|
 * | `file://persist`, `file://./a b`, `file://./a%20b` | `persist`, `./a b`, `./a b`: what follows `file://` is a path |
 * | `file:///abs/with%20space` | `/abs/with space` |
 * | `file:///C:/x`, `file://C:/x`, `C:\x` | on Windows `C:\x` |
 * | `dir/only`, `./100%` | as written: without `file://` nothing is decoded |
 * | `new URL('./cache', import.meta.url)` | beside the module |
 */
export function folderOf(url: string | URL, windows = process.platform === 'win32'): string {
  const text = String(url)
  const path = /^file:\/\/(.*)$/is.exec(text)?.[1]
  if (path === undefined) return plainPath(text)
  if (/[?#]/.test(path))
    throw refused(text, 'the only parameter is ?layout=pypersist; a ? in a name is %3F, a # is %23')
  const folder = path.startsWith('/') ? absolute(text, windows) : decoded(text, path)
  return checked(text, folder)
}

function plainPath(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw refused(text, 'a folder is file:// or has no scheme')
  if (/^file:/i.test(text)) throw refused(text, 'write file://')
  return checked(text, text)
}

function absolute(text: string, windows: boolean): string {
  try {
    return fileURLToPath(text, { windows })
  } catch (error) {
    throw refused(text, (error as Error).message)
  }
}

/** By the rules of `fileURLToPath`: a slash that is written as an escape would be part of a name, and no name has one. */
function decoded(text: string, path: string): string {
  if (/%2f|%5c/i.test(path)) throw refused(text, 'a name cannot hold a slash')
  try {
    return decodeURIComponent(path)
  } catch {
    throw refused(text, 'a % must be followed by two hexadecimal digits; a % itself is %25')
  }
}

function checked(text: string, folder: string): string {
  if (folder === '') throw refused(text, 'it names no folder; the current one is .')
  if (folder.includes('\0')) throw refused(text, 'a name cannot hold a zero byte')
  if (/^~(?:$|[/\\])/.test(folder)) throw refused(text, '~ is not expanded; use os.homedir()')
  return folder
}

function refused(url: string, why: string): OptionError {
  return new OptionError(`the cache ${JSON.stringify(redactUrl(url))} cannot be used: ${why}`, { option: 'cache' })
}
