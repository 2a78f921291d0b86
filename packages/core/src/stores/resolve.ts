import { OptionError, UnknownStoreError } from '@persist/errors'
import { isDeepEqual, env as platformEnv } from '@persist/platform'
import {
  KEYV_ADAPTERS,
  knownSchemes,
  nearest,
  redactUrl,
  registeredStore,
  type StoreAdapter,
  type StoreOptions,
  schemeOf,
} from '@persist/store'
import { circuitOf } from '../state/circuit.ts'
import { type AdapterFactory, type Environment, loadStorePackage } from './load-package.ts'
import { memoryStore } from './memory-store.ts'
import { WELL_KNOWN_STORES } from './well-known.ts'

// On a well-known symbol: two copies of core in one process share their adapters.
const ADAPTERS = Symbol.for('@persist/core/adapters@1')
interface Opened {
  readonly adapters: Map<string, StoreAdapter>
  readonly optionsOf: WeakMap<StoreAdapter, StoreOptions>
}
const shared = globalThis as { [ADAPTERS]?: Opened }
shared[ADAPTERS] ??= { adapters: new Map(), optionsOf: new WeakMap() }
const { adapters, optionsOf } = shared[ADAPTERS]
const ADAPTER_METHODS = ['open', 'close'] as const

/**
 * Returns the adapter for a `cache` option: the adapter itself, or the one for the URL. A process has one adapter per
 * location. For tools that inspect a store as a whole; `persist` calls it by itself.
 *
 * @param env The environment; its `npm_config_user_agent` names the package manager in messages. Default: `process.env`.
 * @param storeOptions Options of the store of a URL. A process has one set of them per location. Default: the set in use.
 * @throws UnknownStoreError for an unknown scheme; StoreNotInstalledError; StoreError if the store's package
 * cannot be loaded; OptionError if `cache` is neither a URL nor an adapter.
 * @example
 * ```ts
 * for await (const name of resolveStore('file://persist').namespaces?.() ?? []) console.log(name)
 * ```
 */
export function resolveStore(
  cache: unknown,
  env: Environment = platformEnv,
  storeOptions?: StoreOptions,
): StoreAdapter {
  if (isAdapter(cache)) {
    if (storeOptions === undefined) return cache
    throw new OptionError('storeOptions belong to a cache URL: an adapter already has its own', {
      option: 'storeOptions',
    })
  }
  if (typeof cache !== 'string' && !(cache instanceof URL)) {
    throw new OptionError('cache must be a URL or a StoreAdapter', { option: 'cache' })
  }
  refuseHalfUrl(cache)
  const scheme = schemeOf(cache)
  const known = adapters.get(String(cache))
  // A relative path names another folder after the process has changed its working directory.
  if (known !== undefined && scheme !== 'file' && scheme !== 'lmdb') return withSameOptions(known, storeOptions)
  const created = factoryOf(scheme, cache, env)(cache, storeOptions)
  if (storeOptions !== undefined && !adapters.has(created.name)) optionsOf.set(created, storeOptions)
  const adapter = withSameOptions(adapters.get(created.name) ?? created, storeOptions)
  adapters.set(created.name, adapter)
  adapters.set(String(cache), adapter)
  return adapter
}

/**
 * Closes every store that a cache URL opened: files, connections, timers. Results that wait for an unavailable store are given
 * up, but not before as much time has passed as they took to compute, half a minute at most. The next call of a persisted function opens its
 * store again. A test runner needs this after the tests if a store may be unreachable: otherwise core looks for it again.
 *
 * @example
 * ```ts
 * await closeStores()
 * ```
 */
export async function closeStores(): Promise<void> {
  const open = [...new Set(adapters.values())]
  await Promise.all(open.map((adapter) => circuitOf(adapter).unsaved.settled()))
  for (const adapter of open) circuitOf(adapter).reset()
  await Promise.all(open.map((adapter) => adapter.close()))
}

function isAdapter(cache: unknown): cache is StoreAdapter {
  if (cache === null || typeof cache !== 'object' || cache instanceof URL) return false
  const { mode, supports } = cache as Partial<StoreAdapter>
  return (
    (mode === 'sync' || mode === 'async') &&
    supports !== undefined &&
    ADAPTER_METHODS.every((method) => typeof (cache as Partial<StoreAdapter>)[method] === 'function')
  )
}

/** Rejects `redis:/localhost`, which would silently name a folder. The message omits the URL, which may hold a password. */
function refuseHalfUrl(cache: string | URL): void {
  const scheme = /^([a-z][a-z\d+.-]+):(?!\/\/)/i.exec(String(cache))?.[1]?.toLowerCase()
  if (scheme === undefined || !(schemes().includes(scheme) || Object.hasOwn(KEYV_ADAPTERS, scheme))) return
  throw new OptionError(`cache: write ${scheme}://…, with two slashes; for a folder of that name write ./${scheme}:…`, {
    option: 'cache',
  })
}

/** All schemes that have a store. */
function schemes(): string[] {
  return [...new Set([...Object.keys(WELL_KNOWN_STORES), 'memory', ...knownSchemes()])].sort()
}

/** Rejects other options for an adapter in use: which ones apply would depend on the function that was wrapped first. */
function withSameOptions(adapter: StoreAdapter, storeOptions: StoreOptions | undefined): StoreAdapter {
  if (storeOptions === undefined || isDeepEqual(optionsOf.get(adapter), storeOptions)) return adapter
  throw new OptionError(
    `${adapter.name} is in use with other storeOptions in this process: give all functions the same`,
    {
      option: 'storeOptions',
    },
  )
}

function factoryOf(scheme: string, cache: string | URL, env: Environment): AdapterFactory {
  const registered = registeredStore(scheme)
  if (registered !== undefined) return (url, options) => registered(String(url), options)
  if (scheme === 'memory') return (url, options) => memoryStore(String(url).slice('memory://'.length), options)
  const packageName = Object.hasOwn(WELL_KNOWN_STORES, scheme) ? WELL_KNOWN_STORES[scheme] : undefined
  if (packageName === undefined) throw unknownStore(scheme, cache)
  return loadStorePackage(scheme, packageName, env).fromUrl
}

function unknownStore(scheme: string, cache: string | URL): UnknownStoreError {
  const known = schemes()
  const similar = nearest(scheme, known)
  const keyv = Object.hasOwn(KEYV_ADAPTERS, scheme) ? KEYV_ADAPTERS[scheme]!.module : undefined
  const hint =
    keyv !== undefined
      ? `Keyv reaches it: with @persist/store-keyv, keyv and ${keyv}, give cache: keyvStore(new Keyv({ store })).`
      : similar === undefined
        ? `Known: ${known.join(', ')}.`
        : `Did you mean ${similar}://?`
  return new UnknownStoreError(`no store is known for ${redactUrl(String(cache))}. ${hint}`, {
    scheme,
    known,
    nearest: similar,
  })
}
