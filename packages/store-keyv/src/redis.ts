// Not by name: see where core looks for a store.
import nodeModule from 'node:module'
import { StoreError } from '@persist/errors'
import { installCommand } from '@persist/store'
import type { KeyvLike } from './keyv-like.ts'
import type { Plan } from './options.ts'
import type { Place } from './place.ts'
import { readRedisUrl } from './redis-url.ts'

type KeyvRedis = typeof import('@keyv/redis')

const PACKAGE = '@keyv/redis'

interface Connection {
  readonly keyv: KeyvLike
  readonly destroy: () => void
  readonly disconnect: () => Promise<void>
}

/** The place behind a `redis://` URL. Connects on first use, and anew after a failure. */
export function redisPlace(cache: string | URL, { serverWaitMs, keepExpiredMs }: Plan): Place {
  const { url, prefix, name } = readRedisUrl(cache)
  checkIsInstalled()
  const told = { count: 0, last: undefined as unknown }
  let connection: Connection | undefined
  const forget = (keyv: KeyvLike) => {
    if (connection?.keyv === keyv) connection = undefined
  }
  return {
    name,
    isPersistent: true,
    readsMany: true,
    serverWaitMs,
    keepExpiredMs,
    keyv() {
      connection ??= connect(url, prefix, serverWaitMs, forget)
      return connection.keyv
    },
    // All that goes wrong is thrown by the verb that it befell.
    told,
    giveUp(keyv) {
      if (connection?.keyv !== keyv) return
      connection.destroy()
      connection = undefined
    },
    async close() {
      const closing = connection
      connection = undefined
      await closing?.disconnect()
    },
  }
}

/** A missing driver is told when the function is wrapped, and loaded when it is first called. */
function checkIsInstalled(): void {
  try {
    required().resolve(PACKAGE)
  } catch (error) {
    const install = installCommand(PACKAGE, process.env)
    throw new StoreError(
      'ERR_PERSIST_STORE_LOAD',
      `redis:// needs ${PACKAGE} beside @persist/store-keyv, and it is not installed. Run: ${install}`,
      { store: '@persist/store-keyv', operation: 'load' },
      { cause: error },
    )
  }
}

/** Not at once: in some bundles `import.meta.url` is nothing, and a Keyv that is handed over needs none of it. */
function required(): NodeJS.Require {
  return nodeModule.createRequire(import.meta.url)
}

/** `whenClosed`: the server has ended the connection, as it may at any time; the same client would only gather listeners. */
function connect(url: string, prefix: string, serverWaitMs: number, whenClosed: (keyv: KeyvLike) => void): Connection {
  const { createKeyv } = required()(PACKAGE) as KeyvRedis
  const keyv = createKeyv(
    { url, socket: { connectTimeout: serverWaitMs, reconnectStrategy: false } },
    { namespace: prefix, throwOnErrors: true, throwOnConnectError: true },
  )
  // The record as it is, to be read by a person, too.
  keyv.serialize = ({ value }) => value as string
  keyv.deserialize = (text) => ({ value: text as never })
  const adapter = keyv.store as InstanceType<KeyvRedis['default']>
  const client = adapter.client as ReturnType<KeyvRedis['createClient']>
  // An open connection keeps no script from ending; a verb that waits for its answer does.
  client.unref()
  keyv.on('error', () => {
    if (!client.isOpen) whenClosed(keyv)
  })
  return {
    keyv,
    destroy: () => {
      if (client.isOpen) client.destroy()
    },
    disconnect: async () => {
      if (client.isOpen) await client.close()
    },
  }
}
