import { afterScheme, schemeOf } from '@persist/store'
import { refusedUrl } from '@persist/store/kit'

const DEFAULT_NAME = 'persist'

/** The database that an `idb://` URL means: `persist` for `idb://`. Throws `OptionError` for any other URL. */
export function databaseOf(url: string | URL): string {
  if (schemeOf(url) !== 'idb') throw refusedUrl(url, 'it has another scheme than idb://')
  const name = afterScheme(url).replace(/\/$/, '')
  if (/[/?#]/.test(name)) throw refusedUrl(url, 'what follows idb:// is the name of a database, without / ? and #')
  try {
    return decodeURIComponent(name) || DEFAULT_NAME
  } catch {
    throw refusedUrl(url, 'a % that begins no escape is written %25')
  }
}
