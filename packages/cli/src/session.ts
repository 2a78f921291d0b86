import { redactUrl, type StoreAdapter } from '@persist/store'
import { CliError } from './exit.ts'
import { cacheHint, functionsIn } from './functions.ts'
import type { Output } from './output.ts'
import { MODULE_SCHEME, type Purpose, Stores } from './stores.ts'

/** Options that every command has. */
export interface CommonOptions {
  readonly cache?: string
  readonly store?: string
  readonly json?: boolean
  readonly color: boolean
  readonly yes?: boolean
  /** How long to wait for an answer of a server, in milliseconds. */
  readonly timeout?: number
}

/** A cache and the functions that a command works on. */
export interface Chosen {
  readonly adapter: StoreAdapter
  readonly funcnames: readonly string[]
}

/** One run of the command: its options, its stores, its output. */
export class Session {
  readonly output: Output
  readonly stores: Stores
  readonly env: NodeJS.ProcessEnv
  readonly now: () => number = Date.now
  /** Confirms all questions. */
  readonly yes: boolean
  readonly #options: CommonOptions

  constructor(options: CommonOptions, output: Output, env: NodeJS.ProcessEnv) {
    this.output = output
    this.env = env
    this.yes = options.yes === true
    this.stores = new Stores(env, options.timeout)
    this.#options = options
  }

  /** Must be called first. Loads the module that `--store` names. */
  async begin(): Promise<void> {
    if (this.#options.store !== undefined) await this.stores.load(this.#options.store)
  }

  /** The cache of this run. */
  get url(): string {
    const { cache } = this.#options
    if (cache !== undefined) return cache
    if (this.stores.hasDefault) return `${MODULE_SCHEME}://`
    return this.env.PERSIST_CACHE || 'file://persist'
  }

  open(purpose: Purpose): StoreAdapter {
    return this.stores.open(this.url, purpose, 'Name the cache with --cache, or PERSIST_CACHE')
  }

  /** Opens the cache for some functions. If a function looks like a cache, the error explains that. */
  openFor(purpose: Purpose, named: readonly string[]): StoreAdapter {
    try {
      return this.open(purpose)
    } catch (error) {
      const hint = named.map(cacheHint).find((hint) => hint !== '')
      if (hint === undefined || !(error instanceof CliError)) throw error
      throw new CliError(`${error.message.replace(/[.?]?$/, '.')}${hint}`, error.exitCode)
    }
  }

  /** The cache of this run and the named functions, which must exist, or all functions. */
  async choose(purpose: Purpose, named: readonly string[] = []): Promise<Chosen> {
    const adapter = this.openFor(purpose, named)
    return { adapter, funcnames: await functionsIn(adapter, named) }
  }

  /** The adapter's name without secrets. */
  name(adapter: StoreAdapter): string {
    return redactUrl(adapter.name)
  }

  async close(): Promise<void> {
    await this.stores.close()
  }
}
