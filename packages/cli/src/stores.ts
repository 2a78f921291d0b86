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
import { Refusal } from './exit.ts'
import { refuseAbsent } from './presence.ts'

/** `look`: nothing is changed, not even what is damaged. `change`: the cache must be there, too. `fill`: it may be made. */
export type Purpose = 'look' | 'change' | 'fill'

/** How long a command waits for an answer of a server, unless `--timeout` says otherwise: longer than a program does. */
export const WAIT_MS = 5_000

/** Stores that have no `serverWaitMs`. */
const FOLDERS = new Set(['file', 'lmdb', 'memory'])
/** Stores that have it. */
const SERVERS = new Set(['mongodb', 'mongodb+srv', 'redis', 'rediss'])

/** What may be a URL with its slashes forgotten, and is no drive of Windows. */
const HALF_URL = /^[a-z][a-z\d+.-]+:/i

/** The scheme for the exports of the module that `--store` names: `store://` the default one, `store://name` others. */
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

  /** Loads a module that registers stores, or exports some. */
  async load(module: string): Promise<void> {
    const location = locate(module)
    if (location.startsWith('file:') && !existsSync(new URL(location))) {
      throw new Refusal(`--store ${module} cannot be found: there is no such file`)
    }
    this.#exports = (await import(location)) as Record<string, unknown>
    registerStore(MODULE_SCHEME, (url, options) => this.#exported(module, afterScheme(url), options))
  }

  /** Whether the module exports a store as its default, so that no URL need be given. */
  get hasDefault(): boolean {
    return this.#exports.default !== undefined
  }

  /** @param advice what else to say where there is no cache. */
  open(url: string, purpose: Purpose, advice = ''): StoreAdapter {
    const scheme = schemeOf(url)
    const isOwn = registeredStore(scheme) !== undefined
    const adapter = scheme === 'file' && !isOwn ? this.#disk(url) : this.#any(url)
    this.#opened.add(adapter)
    if (purpose !== 'fill' && !isOwn) refuseAbsent(adapter, advice)
    return purpose === 'look' ? readOnlyAdapter(adapter) : adapter
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
      throw adapter === undefined ? error : throughKeyv(url, adapter)
    }
  }

  #resolved(url: string): StoreAdapter {
    try {
      return resolveStore(url, process.env, this.#optionsFor(url))
    } catch (error) {
      // The module that `--store` names uses this very place already, in its own way.
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
    throw new Refusal(`${module} exports no store as ${name || 'default'}: an adapter, or a function that makes one`)
  }
}

function throughKeyv(url: string, { module, name }: KeyvAdapter): Refusal {
  const scheme = schemeOf(url)
  return new Refusal(
    `${scheme}:// is reached through Keyv. Write a module, and name it with --store ./store.mjs:\n` +
      `  import ${name} from '${module}'\n` +
      `  import { keyvStore } from '@persist/store-keyv'\n` +
      `  import Keyv from 'keyv'\n` +
      `  export default keyvStore(new Keyv(new ${name}('${scheme}://…')))`,
  )
}

/** A path from here, or a package of the project here. */
function locate(module: string): string {
  const path = resolve(module)
  if (isAbsolute(module) || module.startsWith('.') || existsSync(path)) return pathToFileURL(path).href
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(module)).href
  } catch (error) {
    throw new Refusal(`--store ${module} cannot be found: ${(error as Error).message.split('\n')[0]}`)
  }
}
