import { OptionError } from '@persist/errors'
import type { OpenOptions, Store, StoreAdapter } from '@persist/store'
import { readOnlyStore } from '@persist/store/kit'
import { KeyvClient } from './keyv-client.ts'
import { isKeyv, type KeyvLike } from './keyv-like.ts'
import { NamespaceStore } from './namespace-store.ts'
import { namespacesIn } from './namespaces.ts'
import { type KeyvStoreOptions, resolveOptions } from './options.ts'
import { redisConnection } from './redis.ts'
import { userConnection } from './user-instance.ts'

/**
 * A store in anything that Keyv reaches: a Keyv instance, which its owner disconnects, or the URL of a Redis server.
 *
 * Keyv has neither compare-and-set nor locks, so there are no leases: identical calls compute once within a process, not
 * across processes. `deleteByTag`, `forget` and `clear` do not stop a computation of another process from storing its
 * result afterwards.
 *
 * @throws OptionError for any other value; StoreNotInstalledError if a URL needs `@keyv/redis` and it is not installed.
 * @example
 * ```ts
 * import KeyvPostgres from '@keyv/postgres'
 * const cache = keyvStore(new Keyv(new KeyvPostgres('postgresql://localhost/app')))
 * const double = persist(async (x: number) => 2 * x, { funcname: 'double', cache })
 * ```
 */
export function keyvStore(keyv: KeyvLike | string | URL, options: KeyvStoreOptions = {}): StoreAdapter<'async'> {
  const resolved = resolveOptions(options)
  if (!isKeyv(keyv) && typeof keyv !== 'string' && !(keyv instanceof URL)) {
    throw new OptionError('keyvStore takes a Keyv instance or a redis:// URL', { option: 'cache' })
  }
  const connection = isKeyv(keyv) ? userConnection(keyv, resolved) : redisConnection(keyv, resolved)
  const client = new KeyvClient(connection)
  return {
    mode: 'async',
    // Neither leases nor a fence for tags: Keyv has no compare-and-set to build them from.
    supports: {
      lease: false,
      many: connection.readsMany,
      tags: false,
      bounds: false,
      persistent: connection.isPersistent,
      readOnly: true,
    },
    name: connection.name,
    open: (namespace: string, opened: OpenOptions = {}): Store<'async'> => {
      const store = new NamespaceStore(connection, client, namespace, opened)
      return opened.readOnly ? readOnlyStore('async', connection.name, namespace, store) : store
    },
    async ping() {
      await client.get('ping', { operation: 'ping', namespace: '' })
    },
    namespaces: () => namespacesIn(client),
    close: () => client.close(),
  }
}
