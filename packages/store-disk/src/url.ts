import { fileURLToPath } from 'node:url'
import { refusedUrl } from '@persist/store/kit'

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
 * | `\\server\share\x`, `file:////server/share/x`, and its `URL` | on Windows that folder of a share |
 * | `dir/only`, `./100%` | as written: without `file://` nothing is decoded |
 * | `new URL('./cache', import.meta.url)` | beside the module |
 */
export function folderOf(url: string | URL, windows = process.platform === 'win32'): string {
  const text = String(url)
  const path = /^file:\/\/(.*)$/is.exec(text)?.[1]
  if (path === undefined) return plainPath(text)
  if (/[?#]/.test(path))
    throw refusedUrl(text, 'the only parameter is ?layout=pypersist; a ? in a name is %3F, a # is %23')
  // As `pathToFileURL` makes it of a share.
  const isShare = windows && url instanceof URL && url.host !== '' && url.pathname !== '/'
  const folder = path.startsWith('/') || isShare ? absolute(text, windows) : decoded(text, path)
  return checked(text, folder)
}

function plainPath(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw refusedUrl(text, 'a folder is file:// or has no scheme')
  if (/^file:/i.test(text)) throw refusedUrl(text, 'write file://')
  return checked(text, text)
}

function absolute(text: string, windows: boolean): string {
  // A share with its host where the path of a URL is.
  const url = windows ? text.replace(/^file:\/\/(?=\/\/[^/])/i, 'file:') : text
  if (windows && /^file:\/\/\/(?![a-z]:)/i.test(url)) throw refusedUrl(text, 'a drive must follow, as in file:///C:/x')
  try {
    return fileURLToPath(url, { windows })
  } catch (error) {
    throw refusedUrl(text, (error as Error).message)
  }
}

/** By the rules of `fileURLToPath`: a slash that is written as an escape would be part of a name, and no name has one. */
function decoded(text: string, path: string): string {
  if (/%2f|%5c/i.test(path)) throw refusedUrl(text, 'a name cannot hold a slash')
  try {
    return decodeURIComponent(path)
  } catch {
    throw refusedUrl(text, 'a % must be followed by two hexadecimal digits; a % itself is %25')
  }
}

function checked(text: string, folder: string): string {
  if (folder === '') throw refusedUrl(text, 'it names no folder; the current one is .')
  if (folder.includes('\0')) throw refusedUrl(text, 'a name cannot hold a zero byte')
  if (/^~(?:$|[/\\])/.test(folder)) throw refusedUrl(text, '~ is not expanded; use os.homedir()')
  return folder
}
