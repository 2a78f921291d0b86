import { afterScheme, schemeOf } from '@persist/store'
import { refusedUrl } from '@persist/store/kit'

/** The folder that an `lmdb://` URL means, relative or not. Throws `OptionError` for any other URL. */
export function folderOf(url: string | URL): string {
  const path = afterScheme(url)
  if (schemeOf(url) !== 'lmdb') throw refusedUrl(url, 'it has another scheme than lmdb://')
  if (path === '') throw refusedUrl(url, 'it names no folder')
  if (/[?#]/.test(path)) throw refusedUrl(url, 'an lmdb:// URL has no parameters; write ? as %3F and # as %23')
  return decoded(url, path)
}

function decoded(url: string | URL, path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw refusedUrl(url, 'a % that begins no escape is written %25')
  }
}
