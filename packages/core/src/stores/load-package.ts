import { StoreError, StoreNotInstalledError } from '@persist/errors'
import { mainScript, nativeRequireFrom, requireFrom } from '@persist/platform'
import type { StoreAdapter, StoreOptions } from '@persist/store'
import { asError } from '../runtime/as-error.ts'
import { installCommand } from './install.ts'
import { COMPANIONS } from './well-known.ts'

/** The export of a store package that core uses. */
interface StorePackage {
  readonly fromUrl: AdapterFactory
}

/** Makes the adapter for a cache URL. */
export type AdapterFactory = (url: string | URL, options?: StoreOptions) => StoreAdapter

/** The environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Loads the package as seen from core, which has the stores as optional peers, then from the application's main script. */
export function loadStorePackage(scheme: string, packageName: string, env: Environment): StorePackage {
  if (requireFrom === undefined) throw notByName(scheme, packageName)
  let reason: unknown
  for (const from of [import.meta.url, mainScript()]) {
    if (from === undefined || from === '') continue
    let require: NodeJS.Require
    let path: string
    try {
      // A bundler may have put something else for the place of this file.
      require = requireFrom(from)
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
        `${packageName} is installed but cannot be loaded: ${firstLine(error)}`,
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

/** The message of a native addon's loader may contain its stack. */
function firstLine(error: unknown): string {
  return asError(error).message.split('\n', 1)[0]!
}

function loadFrom(require: NodeJS.Require, path: string, from: string): StorePackage {
  try {
    return require(path) as StorePackage
  } catch (error) {
    // By name: the error may be of another realm.
    if ((error as Error | null)?.name !== 'SyntaxError') throw error
    // A test runner's contexts may find modules as Node does, and yet load only CommonJS: Node itself loads it then.
    return nativeRequireFrom!(from)(path) as StorePackage
  }
}

/** The error of a page or an edge runtime, which has only the modules of its bundle. */
function notByName(scheme: string, packageName: string): StoreNotInstalledError {
  const advice =
    scheme === 'file'
      ? 'There are no files here. Give the option cache: idbStore() of @persist/store-idb in a browser, memoryStore(), or an adapter of your own'
      : `Import the store and give it as the option cache, or register it: registerStore(${JSON.stringify(scheme)}, fromUrl), with fromUrl from '${packageName}'`
  return new StoreNotInstalledError(`${scheme}:// cannot be loaded by its URL on this platform. ${advice}.`, {
    scheme,
    packageName,
    install: `npm install ${packageName}`,
  })
}
