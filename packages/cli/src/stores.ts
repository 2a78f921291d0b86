import * as nodeFs from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolveStore } from '@persist/core'
import { StoreNotInstalledError, UnknownStoreError } from '@persist/errors'
import { afterScheme, registeredStore, registerStore, type StoreAdapter, schemeOf } from '@persist/store'
import { EXIT, Refusal } from './exit.ts'

/** `look`: nothing is changed, not even what is damaged. */
export type Purpose = 'look' | 'change'

/** The scheme for the exports of the module that `--store` names: `store://` the default one, `store://name` others. */
export const MODULE_SCHEME = 'store'

/** Opens stores by their URLs, and closes them all. */
export class Stores {
  readonly #env: NodeJS.ProcessEnv
  readonly #opened = new Set<StoreAdapter>()
  #exports: Readonly<Record<string, unknown>> = {}

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /** Loads a module that registers stores, or exports some. */
  async load(module: string): Promise<void> {
    this.#exports = (await import(locate(module))) as Record<string, unknown>
    registerStore(MODULE_SCHEME, (url) => this.#exported(module, afterScheme(url)))
  }

  /** Whether the module exports a store as its default, so that no URL need be given. */
  get hasDefault(): boolean {
    return this.#exports.default !== undefined
  }

  open(url: string, purpose: Purpose): StoreAdapter {
    const adapter = schemeOf(url) === 'file' && !registeredStore('file') ? this.#disk(url, purpose) : this.#any(url)
    this.#opened.add(adapter)
    if (purpose === 'look') refuseToMake(url)
    return adapter
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((adapter) => adapter.close()))
  }

  #disk(url: string, purpose: Purpose): StoreAdapter {
    const { fromUrl } = createRequire(import.meta.url)('@persist/store-disk') as typeof import('@persist/store-disk')
    const secret = this.#env.PERSIST_SECRET
    return fromUrl(url, { ...(secret && { secret }), ...(purpose === 'look' && { fileSystem: lookOnly }) })
  }

  #any(url: string): StoreAdapter {
    try {
      return resolveStore(url)
    } catch (error) {
      const { fromUrl } = this.#exports
      if (typeof fromUrl !== 'function') throw error
      if (!(error instanceof UnknownStoreError) && !(error instanceof StoreNotInstalledError)) throw error
      return fromUrl(url) as StoreAdapter
    }
  }

  #exported(module: string, name: string): StoreAdapter {
    const found = this.#exports[name || 'default']
    const adapter = typeof found === 'function' ? found(`${MODULE_SCHEME}://${name}`) : found
    if (typeof adapter?.open === 'function') return adapter as StoreAdapter
    throw new Refusal(`${module} exports no store as ${name || 'default'}: an adapter, or a function that makes one`)
  }
}

/** LMDB makes its file when it is only looked at. */
function refuseToMake(url: string): void {
  if (schemeOf(url) !== 'lmdb' || registeredStore('lmdb')) return
  const folder = afterScheme(url).split('?')[0]!
  if (!nodeFs.existsSync(folder)) throw new Refusal(`there is no ${folder}`, EXIT.no)
}

/** A path from here, or a package of the project here. */
function locate(module: string): string {
  const path = resolve(module)
  if (isAbsolute(module) || module.startsWith('.') || nodeFs.existsSync(path)) return pathToFileURL(path).href
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(module)).href
  } catch (error) {
    throw new Refusal(`--store ${module} cannot be found: ${(error as Error).message.split('\n')[0]}`)
  }
}

function refuseWriting(): never {
  throw Object.assign(new Error('EROFS: only looking'), { code: 'EROFS' })
}

/** The disk store moves what is damaged aside when it meets it, unless it cannot. */
const lookOnly: typeof nodeFs = {
  ...nodeFs,
  renameSync: refuseWriting,
  mkdirSync: refuseWriting,
  unlinkSync: refuseWriting,
  linkSync: refuseWriting,
  lutimesSync: refuseWriting,
}
