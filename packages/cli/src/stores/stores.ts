import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolveStore } from '@persist/core'
import { OptionError, StoreNotInstalledError, UnknownStoreError } from '@persist/errors'
import {
  afterScheme,
  KEYV_ADAPTERS,
  type KeyvAdapter,
  registeredStore,
  registerStore,
  type StoreAdapter,
  type StoreOptions,
  schemeOf,
} from '@persist/store'
import { readOnlyAdapter } from '@persist/store/kit'
import { CliError } from '../errors/cli-error.ts'
import { requireCache } from './require-cache.ts'

/** `read`: nothing changes, not even damaged entries. `change`: the cache must exist. `create`: it may be created. */
export type Access = 'read' | 'change' | 'create'

/** How long a command waits for an answer of a server without `--timeout`: longer than a program does. */
export const WAIT_MS = 5_000

/** Stores that have no `serverWaitMs`. */
const FOLDERS = new Set(['file', 'lmdb', 'memory'])
/** Stores that have it. */
const SERVERS = new Set(['mongodb', 'mongodb+srv', 'redis', 'rediss'])

/** What may be a URL with its slashes forgotten, and is no drive of Windows. */
const HALF_URL = /^[a-z][a-z\d+.-]+:/i

/** The scheme for the exports of the module of `--store`: `store://` is the default export, `store://name` another one. */
export const MODULE_SCHEME = 'store'

/** Opens stores by their URLs, and closes them all. */
export class Stores {
  readonly #env: NodeJS.ProcessEnv
  readonly #opened = new Set<StoreAdapter>()
  readonly #waitMs: number | undefined
  #exports: Readonly<Record<string, unknown>> = {}

  /** @param waitMs how long to wait for an answer of a server, in milliseconds. */
  constructor(env: NodeJS.ProcessEnv, waitMs?: number) {
    this.#env = env
    this.#waitMs = waitMs
  }

  /** Loads a module that registers or exports stores. */
  async load(module: string): Promise<void> {
    const location = locate(module)
    if (location.startsWith('file:') && !existsSync(new URL(location))) {
      throw new CliError(`--store ${module} cannot be found: there is no such file`)
    }
    this.#exports = (await import(location)) as Record<string, unknown>
    registerStore(MODULE_SCHEME, (url, options) => this.#exported(module, afterScheme(url), options))
  }

  /** Whether the module has a default export, so that no URL is needed. */
  get hasDefault(): boolean {
    return this.#exports.default !== undefined
  }

  /** @param advice added to the message if there is no cache. */
  open(url: string, access: Access, advice = ''): StoreAdapter {
    const scheme = schemeOf(url)
    const isOwn = registeredStore(scheme) !== undefined
    const adapter = scheme === 'file' && !isOwn ? this.#disk(url) : this.#any(url)
    this.#opened.add(adapter)
    if (access !== 'create' && !isOwn) requireCache(adapter, advice)
    return access === 'read' ? readOnlyAdapter(adapter) : adapter
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((adapter) => adapter.close()))
  }

  #disk(url: string): StoreAdapter {
    // Refuses `redis:/x`, which would be a folder of that name, as a program does.
    if (HALF_URL.test(url)) resolveStore(url)
    const { fromUrl } = createRequire(import.meta.url)('@persist/store-disk') as typeof import('@persist/store-disk')
    const secret = this.#env.PERSIST_SECRET
    return fromUrl(url, secret ? { secret } : {})
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
      const adapter = isUnknown && Object.hasOwn(KEYV_ADAPTERS, error.scheme) ? KEYV_ADAPTERS[error.scheme] : undefined
      throw adapter === undefined ? error : keyvAdvice(url, adapter)
    }
  }

  #resolved(url: string): StoreAdapter {
    try {
      return resolveStore(url, process.env, this.#optionsFor(url))
    } catch (error) {
      // The module of `--store` has opened this cache already, with its own options.
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
    throw new CliError(
      `${module} exports no store as ${name || 'default'}; expected an adapter, or a function that returns one`,
    )
  }
}

function keyvAdvice(url: string, { module, name }: KeyvAdapter): CliError {
  const scheme = schemeOf(url)
  return new CliError(
    `${scheme}:// is supported through Keyv. Write a module and pass it with --store ./store.mjs:\n` +
      `  import ${name} from '${module}'\n` +
      `  import { keyvStore } from '@persist/store-keyv'\n` +
      `  import Keyv from 'keyv'\n` +
      `  export default keyvStore(new Keyv(new ${name}('${scheme}://…')))`,
  )
}

/** The URL of a path, or of a package of the project in the working directory. */
function locate(module: string): string {
  const path = resolve(module)
  if (isAbsolute(module) || module.startsWith('.') || existsSync(path)) return pathToFileURL(path).href
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(module)).href
  } catch (error) {
    throw new CliError(`--store ${module} cannot be found: ${(error as Error).message.split('\n')[0]}`)
  }
}
