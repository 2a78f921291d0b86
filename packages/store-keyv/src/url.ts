import { refusedUrl } from '@persist/store/kit'

/** What a `redis://` URL says. */
export interface RedisUrl {
  /** For the driver: without the parameter of this store. */
  readonly url: string
  /** Begins every key, before `::`. */
  readonly prefix: string
  /** Without secrets and defaults; equal for one and the same place. */
  readonly name: string
}

const DEFAULT_PORT = '6379'

/**
 * Reads a cache URL: `redis://[[user]:password@]host[:port][/database][?persistPrefix=prefix]`, or `rediss://` for TLS.
 *
 * @throws OptionError, which shows no password, for anything else.
 */
export function readRedisUrl(cache: string | URL): RedisUrl {
  const text = String(cache)
  if (!URL.canParse(text)) throw refusedUrl(text, 'it is no URL')
  const url = new URL(text)
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    throw refusedUrl(
      text,
      'it begins with neither redis:// nor rediss://. Other databases are reached through a Keyv instance: ' +
        "keyvStore(new Keyv(new KeyvPostgres('postgres://…')))",
    )
  if (url.hostname === '') throw refusedUrl(text, 'it names no server')
  if (url.hash !== '') throw refusedUrl(text, 'a # in a password is written %23')
  const database = url.pathname.replace(/^\//, '')
  if (!/^\d*$/.test(database)) throw refusedUrl(text, 'what follows the server is the number of a database')
  const [prefix = 'persist', ...others] = url.searchParams.getAll('persistPrefix')
  if (others.length > 0) throw refusedUrl(text, 'it has the parameter persistPrefix more than once')
  if (!/^[\w.-]+$/.test(prefix)) throw refusedUrl(text, 'persistPrefix has letters, digits, _, . and - only')
  url.searchParams.delete('persistPrefix')
  if (url.search !== '')
    throw refusedUrl(text, `it has the parameter ${[...url.searchParams.keys()][0]}, which means nothing here`)
  const server = `${url.protocol}//${url.hostname}:${url.port || DEFAULT_PORT}/${Number(database)}`
  return { url: url.href, prefix, name: `${server}?persistPrefix=${prefix}` }
}
