import { redactUrl, type StoreAdapter } from '@persist/store'
import { Refusal } from '../errors/cli-error.ts'
import type { Output } from '../output/output.ts'
import { cacheHint, functionsIn } from '../stores/functions.ts'
import { MODULE_SCHEME, type Purpose, Stores } from '../stores/stores.ts'

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

/** A cache, and those of its functions that a command is about. */
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
  /** Questions are taken as answered with yes. */
  readonly yes: boolean
  readonly #options: CommonOptions

  constructor(options: CommonOptions, output: Output, env: NodeJS.ProcessEnv) {
    this.output = output
    this.env = env
    this.yes = options.yes === true
    this.stores = new Stores(env, options.timeout)
    this.#options = options
  }

  /** To be called first: it loads what `--store` names. */
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

  /** As {@link open}, for a command with functions: one that looks like a cache explains why there is none. */
  openFor(purpose: Purpose, named: readonly string[]): StoreAdapter {
    try {
      return this.open(purpose)
    } catch (error) {
      const hint = named.map(cacheHint).find((text) => text !== '')
      if (hint === undefined || !(error instanceof Refusal)) throw error
      throw new Refusal(`${error.message.replace(/[.?]?$/, '.')}${hint}`, error.exitCode)
    }
  }

  /** The cache of this run, and the functions that are named, each of which must be there; or all of them. */
  async choose(purpose: Purpose, named: readonly string[] = []): Promise<Chosen> {
    const adapter = this.openFor(purpose, named)
    return { adapter, funcnames: await functionsIn(adapter, named) }
  }

  /** The adapter's name, without secrets whatever it says itself. */
  name(adapter: StoreAdapter): string {
    return redactUrl(adapter.name)
  }

  async close(): Promise<void> {
    await this.stores.close()
  }
}
