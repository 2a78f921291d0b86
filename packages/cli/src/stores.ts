import * as nodeFs from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolveStore } from '@persist/core'
import { OptionError, StoreNotInstalledError, UnknownStoreError } from '@persist/errors'
import {
  afterScheme,
  registeredStore,
  registerStore,
  type StoreAdapter,
  type StoreOptions,
  schemeOf,
} from '@persist/store'
import { CliError } from './exit.ts'
import { refuseAbsent } from './presence.ts'

/** `read`: changes nothing, not even damaged entries. `change`: the cache must exist, too. `create`: it may be new. */
export type Purpose = 'read' | 'change' | 'create'

/** The default of `--timeout`: a command waits longer for the answer of a server than a program does. */
export const WAIT_MS = 5_000

/** Stores without the option `serverWaitMs`. */
const FOLDERS = new Set(['file', 'lmdb', 'memory'])
/** Stores with that option. */
const SERVERS = new Set(['mongodb', 'mongodb+srv', 'redis', 'rediss'])

/** Databases with a Keyv driver: the package of the driver, and its export. */
const KEYV_DRIVERS: Readonly<Record<string, readonly [string, string]>> = {
  postgres: ['@keyv/postgres', 'KeyvPostgres'],
  postgresql: ['@keyv/postgres', 'KeyvPostgres'],
  mysql: ['@keyv/mysql', 'KeyvMysql'],
  mariadb: ['@keyv/mysql', 'KeyvMysql'],
  sqlite: ['@keyv/sqlite', 'KeyvSqlite'],
  valkey: ['@keyv/valkey', 'KeyvValkey'],
  memcache: ['@keyv/memcache', 'KeyvMemcache'],
  memcached: ['@keyv/memcache', 'KeyvMemcache'],
  etcd: ['@keyv/etcd', 'KeyvEtcd'],
  dynamodb: ['@keyv/dynamo', 'KeyvDynamo'],
}

/** The scheme for exports of the module that `--store` names: `store://` for the default one, `store://name` for others. */
export const MODULE_SCHEME = 'store'

/** Opens stores by their URLs, and closes them all. */
export class Stores {
  readonly #env: NodeJS.ProcessEnv
  readonly #opened = new Set<StoreAdapter>()
  readonly #waitMs: number | undefined
  #exports: Readonly<Record<string, unknown>> = {}

  /** @param waitMs the timeout for an answer of a server, in milliseconds. */
  constructor(env: NodeJS.ProcessEnv, waitMs?: number) {
    this.#env = env
    this.#waitMs = waitMs
  }

  /** Loads a module that registers or exports stores. */
  async load(module: string): Promise<void> {
    const location = locate(module)
    if (location.startsWith('file:') && !nodeFs.existsSync(new URL(location))) {
      throw new CliError(`--store ${module} cannot be found: there is no such file`)
    }
    this.#exports = (await import(location)) as Record<string, unknown>
    registerStore(MODULE_SCHEME, (url, options) => this.#exported(module, afterScheme(url), options))
  }

  /** Whether the module has a default export, so that no URL is needed. */
  get hasDefault(): boolean {
    return this.#exports.default !== undefined
  }

  /** @param advice the end of the error if there is no cache. */
  open(url: string, purpose: Purpose, advice = ''): StoreAdapter {
    const scheme = schemeOf(url)
    const isOwn = registeredStore(scheme) !== undefined
    const adapter = scheme === 'file' && !isOwn ? this.#disk(url, purpose) : this.#any(url)
    this.#opened.add(adapter)
    if (purpose !== 'create' && !isOwn && (scheme === 'file' || scheme === 'lmdb'))
      refuseAbsent(scheme, adapter, advice)
    return adapter
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((adapter) => adapter.close()))
  }

  #disk(url: string, purpose: Purpose): StoreAdapter {
    const { fromUrl } = createRequire(import.meta.url)('@persist/store-disk') as typeof import('@persist/store-disk')
    const secret = this.#env.PERSIST_SECRET
    return fromUrl(url, { ...(secret && { secret }), ...(purpose === 'read' && { fileSystem: readOnlyFileSystem }) })
  }

  #any(url: string): StoreAdapter {
    try {
      return this.#resolved(url)
    } catch (error) {
      const { fromUrl } = this.#exports
      const isUnknown = error instanceof UnknownStoreError
      if (typeof fromUrl === 'function' && (isUnknown || error instanceof StoreNotInstalledError)) {
        return fromUrl(url, this.#optionsFor(url)) as StoreAdapter
      }
      const driver = isUnknown && Object.hasOwn(KEYV_DRIVERS, error.scheme) ? KEYV_DRIVERS[error.scheme] : undefined
      throw driver === undefined ? error : throughKeyv(url, ...driver)
    }
  }

  #resolved(url: string): StoreAdapter {
    try {
      return resolveStore(url, process.env, this.#optionsFor(url))
    } catch (error) {
      // The module that `--store` names already uses this store with its own options.
      if (error instanceof OptionError && error.option === 'storeOptions') return resolveStore(url)
      throw error
    }
  }

  #optionsFor(url: string): { readonly serverWaitMs: number } | undefined {
    const scheme = schemeOf(url)
    const isOwn = registeredStore(scheme) !== undefined || !SERVERS.has(scheme)
    if (isOwn) return this.#waitMs === undefined || FOLDERS.has(scheme) ? undefined : { serverWaitMs: this.#waitMs }
    return { serverWaitMs: this.#waitMs ?? WAIT_MS }
  }

  #exported(module: string, name: string, options: StoreOptions | undefined): StoreAdapter {
    const found = this.#exports[name || 'default']
    const adapter = typeof found === 'function' ? found(`${MODULE_SCHEME}://${name}`, options) : found
    if (typeof adapter?.open === 'function') return adapter as StoreAdapter
    throw new CliError(`${module} exports no store as ${name || 'default'}: an adapter, or a function that makes one`)
  }
}

function throughKeyv(url: string, driver: string, name: string): CliError {
  const scheme = schemeOf(url)
  return new CliError(
    `${scheme}:// is reached through Keyv. Write a module, and name it with --store ./store.mjs:\n` +
      `  import ${name} from '${driver}'\n` +
      `  import { keyvStore } from '@persist/store-keyv'\n` +
      `  import Keyv from 'keyv'\n` +
      `  export default keyvStore(new Keyv(new ${name}('${scheme}://…')))`,
  )
}

/** The URL of a file, or of a package of the project in the current folder. */
function locate(module: string): string {
  const path = resolve(module)
  if (isAbsolute(module) || module.startsWith('.') || nodeFs.existsSync(path)) return pathToFileURL(path).href
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(module)).href
  } catch (error) {
    throw new CliError(`--store ${module} cannot be found: ${(error as Error).message.split('\n')[0]}`)
  }
}

function refuseWriting(): never {
  throw Object.assign(new Error('EROFS: opened for reading'), { code: 'EROFS' })
}

const { O_WRONLY, O_RDWR, O_CREAT } = nodeFs.constants

/** Prevents that the disk store moves damaged entries aside or makes files for its locks. */
const readOnlyFileSystem: typeof nodeFs = {
  ...nodeFs,
  openSync: (path, flags = 'r', mode) => {
    const writes = typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0 : flags !== 'r'
    return writes ? refuseWriting() : nodeFs.openSync(path, flags, mode)
  },
  renameSync: refuseWriting,
  mkdirSync: refuseWriting,
  unlinkSync: refuseWriting,
  linkSync: refuseWriting,
  lutimesSync: refuseWriting,
}
