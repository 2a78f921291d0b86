import { EntryReader } from '@persist/core/codecs'
import { redactUrl, type StoreAdapter } from '@persist/store'
import { CliError } from '../errors/cli-error.ts'
import type { Output } from '../output/output.ts'
import { cacheHint, functionsIn } from '../stores/functions.ts'
import { type Access, MODULE_SCHEME, Stores } from '../stores/stores.ts'

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

/** A cache, and the functions in it that a command works on. */
export interface Selection {
  readonly adapter: StoreAdapter
  readonly funcnames: readonly string[]
}

/** One run of the command: its options, its stores, its output. */
export class Session {
  readonly output: Output
  readonly stores: Stores
  readonly env: NodeJS.ProcessEnv
  readonly now: () => number = Date.now
  /** All questions are answered with yes. */
  readonly yes: boolean
  readonly #options: CommonOptions
  #reader: EntryReader | undefined

  constructor(options: CommonOptions, output: Output, env: NodeJS.ProcessEnv) {
    this.output = output
    this.env = env
    this.yes = options.yes === true
    this.stores = new Stores(env, options.timeout)
    this.#options = options
  }

  /** Loads the module of `--store`. Call it first. */
  async begin(): Promise<void> {
    if (this.#options.store !== undefined) await this.stores.load(this.#options.store)
  }

  /** Decodes entries, with the keys of `PERSIST_ENCRYPT`. */
  get reader(): EntryReader {
    const keys = (this.env.PERSIST_ENCRYPT ?? '').split(/[\s,]+/).filter((key) => key !== '')
    this.#reader ??= new EntryReader(keys.length === 0 ? {} : { encrypt: keys })
    return this.#reader
  }

  /** Whether the command line names a cache. */
  get namesCache(): boolean {
    return this.#options.cache !== undefined
  }

  /** The cache of this run. */
  get url(): string {
    const { cache } = this.#options
    if (cache !== undefined) return cache
    if (this.stores.hasDefault) return `${MODULE_SCHEME}://`
    return this.env.PERSIST_CACHE || 'file://persist'
  }

  open(purpose: Access): StoreAdapter {
    return this.stores.open(this.url, purpose, 'Name the cache with --cache or PERSIST_CACHE')
  }

  /** As {@link open}. If that fails and a function name looks like a cache, the error says how to name a cache. */
  openFor(purpose: Access, named: readonly string[]): StoreAdapter {
    try {
      return this.open(purpose)
    } catch (error) {
      const hint = named.map(cacheHint).find((one) => one !== '')
      if (hint === undefined || !(error instanceof CliError)) throw error
      throw new CliError(`${error.message.replace(/[.?]?$/, '.')}${hint}`, error.exitCode)
    }
  }

  /** The cache of this run, and the named functions, which must exist; all functions if none is named. */
  async select(purpose: Access, named: readonly string[] = []): Promise<Selection> {
    const adapter = this.openFor(purpose, named)
    return { adapter, funcnames: await functionsIn(adapter, named) }
  }

  /** The adapter's name, always without secrets. */
  name(adapter: StoreAdapter): string {
    return redactUrl(adapter.name)
  }

  async close(): Promise<void> {
    await this.stores.close()
  }
}
