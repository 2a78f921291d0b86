// A default import: bundlers that recognize an imported `createRequire` would look for the stores, and fail.
import nodeModule from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import { OptionError, StoreError, StoreNotInstalledError, UnknownStoreError } from '@persist/errors'
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
import { installCommand } from './install.ts'
import { memoryStore } from './memory-store.ts'
import { COMPANIONS, WELL_KNOWN_STORES } from './well-known.ts'

/** The export of a store package that core uses. */
interface StorePackage {
  readonly fromUrl: AdapterFactory
}

type AdapterFactory = (url: string | URL, options?: StoreOptions) => StoreAdapter

type Environment = Readonly<Record<string, string | undefined>>

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
  env: Environment = process.env,
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
 * Closes every store that a cache URL opened: files, connections, timers. The next call of a persisted function opens its
 * store again. A test runner needs this after the tests if a store may be unreachable: otherwise core looks for it again.
 *
 * @example
 * ```ts
 * await closeStores()
 * ```
 */
export async function closeStores(): Promise<void> {
  const open = [...new Set(adapters.values())]
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
  if (storeOptions === undefined || isDeepStrictEqual(optionsOf.get(adapter), storeOptions)) return adapter
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
  return load(scheme, packageName, env).fromUrl
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

/** Loads the package as seen from core, which has the stores as optional peers, then from the application's main script. */
function load(scheme: string, packageName: string, env: Environment): StorePackage {
  let reason: unknown
  for (const from of [import.meta.url, process.argv[1]]) {
    if (from === undefined || from === '') continue
    let require: NodeJS.Require
    let path: string
    try {
      // A bundler may have put something else for the place of this file.
      require = nodeModule.createRequire(from)
      path = require.resolve(packageName)
    } catch (error) {
      reason ??= error
      continue
    }
    try {
      return loadFrom(require, path, from)
    } catch (error) {
      throw new StoreError(
        'ERR_PERSIST_STORE_LOAD',
        `${packageName} is installed but cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
        { store: packageName, operation: 'load' },
        { cause: error },
      )
    }
  }
  const companion = Object.hasOwn(COMPANIONS, scheme) ? ` ${COMPANIONS[scheme]}` : ''
  const install = installCommand(packageName + companion, env)
  throw new StoreNotInstalledError(
    `${scheme}:// needs ${packageName}, which is not installed. Run: ${install}\n` +
      `In a bundled application register the store instead: registerStore(${JSON.stringify(scheme)}, fromUrl), with fromUrl from '${packageName}'.`,
    { scheme, packageName, install },
    { cause: reason },
  )
}

function loadFrom(require: NodeJS.Require, path: string, from: string): StorePackage {
  try {
    return require(path) as StorePackage
  } catch (error) {
    // By name: the error may be of another realm.
    if ((error as Error | null)?.name !== 'SyntaxError') throw error
    // A test runner's contexts may find modules as Node does, and yet load only CommonJS: Node itself loads it then.
    return process.getBuiltinModule('node:module').createRequire(from)(path) as StorePackage
  }
}
