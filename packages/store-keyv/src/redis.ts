// Not by name: see where core looks for a store.
import nodeModule from 'node:module'
import { StoreNotInstalledError } from '@persist/errors'
import { installCommand, schemeOf } from '@persist/store'
import type { Connection } from './connection.ts'
import type { KeyvLike } from './keyv-like.ts'
import type { ResolvedOptions } from './options.ts'
import { readRedisUrl } from './url.ts'

type KeyvRedis = typeof import('@keyv/redis')

const PACKAGE = '@keyv/redis'
const OWN_PACKAGE = '@persist/store-keyv'

/**
 * How long a connection may take to be made. A process that is busy for longer than a call waits must not give up a connection
 * that is there: the call has its own limit, after which it ends the connection that is being made, too.
 */
const CONNECTING_MS = 600_000

/** The whole message of Keyv when it could not connect; it emits the reason. */
const NOT_CONNECTED = /throwOnConnectError/

/** Loaded once: a test runner that has ended its tests lets nothing be loaded, while a server that is away is still looked for. */
let driver: KeyvRedis | undefined

interface OpenClient {
  readonly keyv: KeyvLike
  readonly destroy: () => void
}

/** The connection for a `redis://` URL. Connects on first use, and again after a failure. */
export function redisConnection(cache: string | URL, { serverWaitMs, keepExpiredMs }: ResolvedOptions): Connection {
  const { url, prefix, name } = readRedisUrl(cache)
  checkIsInstalled(url)
  const errors = { count: 0, last: undefined as unknown }
  let open: OpenClient | undefined
  let lastFailure: unknown
  const failed = (keyv: KeyvLike, error: unknown, isClosed: boolean) => {
    if (open?.keyv !== keyv) return
    if (!NOT_CONNECTED.test(messageOf(error))) lastFailure = error
    if (isClosed) open = undefined
  }
  return {
    name,
    isPersistent: true,
    readsMany: true,
    answersInOrder: true,
    listsEach: true,
    serverWaitMs,
    keepExpiredMs,
    keyv() {
      open ??= connect(url, prefix, failed)
      return open.keyv
    },
    // This client throws every error from the method that failed.
    errors,
    reasonOf: (thrown) => (NOT_CONNECTED.test(messageOf(thrown)) ? (lastFailure ?? thrown) : thrown),
    discard(keyv) {
      if (open?.keyv !== keyv) return
      open.destroy()
      open = undefined
    },
    release() {
      const released = open
      open = undefined
      return () => released?.destroy()
    },
  }
}

/** A missing driver is an error when the function is wrapped; the driver is loaded by the first call. */
function checkIsInstalled(url: string): void {
  try {
    required().resolve(PACKAGE)
  } catch (error) {
    const scheme = schemeOf(url)
    // Both: a package manager that finds one of them missing may remove the other.
    const install = installCommand(`${OWN_PACKAGE} ${PACKAGE}`, process.env)
    throw new StoreNotInstalledError(
      `${scheme}:// needs ${PACKAGE} beside ${OWN_PACKAGE}, and it is not installed. Run: ${install}`,
      { scheme, packageName: PACKAGE, install },
      { cause: error },
    )
  }
}

/** Made on first use: in some bundles `import.meta.url` is undefined, and a Keyv instance of the user needs none of this. */
function required(): NodeJS.Require {
  return nodeModule.createRequire(import.meta.url)
}

/** A connection that the server has ended, as it may at any time, is given up: the same client would only gather listeners. */
function connect(
  url: string,
  prefix: string,
  failed: (keyv: KeyvLike, error: unknown, isClosed: boolean) => void,
): OpenClient {
  driver ??= required()(PACKAGE) as KeyvRedis
  // The client does not end a connection that is being made.
  const connecting = new AbortController()
  const socket = { connectTimeout: CONNECTING_MS, reconnectStrategy: false as const, signal: connecting.signal }
  const keyv = driver.createKeyv({ url, socket }, { namespace: prefix, throwOnErrors: true, throwOnConnectError: true })
  // The record as it is, to be read by a person, too.
  keyv.serialize = ({ value }) => value as string
  keyv.deserialize = (text) => ({ value: text as never })
  const adapter = keyv.store as InstanceType<KeyvRedis['default']>
  const client = adapter.client as ReturnType<KeyvRedis['createClient']>
  // An open connection keeps no script from ending; a method that waits for its answer does.
  client.unref()
  keyv.on('error', (error: unknown) => failed(keyv, error, !client.isOpen))
  return {
    keyv,
    destroy: () => {
      connecting.abort()
      if (client.isOpen) client.destroy()
    },
  }
}

function messageOf(error: unknown): string {
  return String((error as { message?: unknown } | null | undefined)?.message ?? error)
}
