import { redactUrl, type StoreAdapter } from '@persist/store'
import { Refusal } from './exit.ts'
import type { Output } from './output.ts'
import { MODULE_SCHEME, type Purpose, Stores } from './stores.ts'

/** Options that every command has. */
export interface CommonOptions {
  readonly cache?: string
  readonly store?: string
  readonly json?: boolean
  readonly color: boolean
  readonly yes?: boolean
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
    this.stores = new Stores(env)
    this.#options = options
  }

  /** To be called first: what `--store` names is loaded. */
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
    return this.stores.open(this.url, purpose)
  }

  /** The adapter's name, without secrets whatever it says itself. */
  name(adapter: StoreAdapter): string {
    return redactUrl(adapter.name)
  }

  async close(): Promise<void> {
    await this.stores.close()
  }
}

/** The namespaces that are meant: those that are named, or all. */
export async function functionsIn(adapter: StoreAdapter, named: readonly string[] = []): Promise<string[]> {
  if (named.length > 0) return [...new Set(named)]
  if (adapter.namespaces === undefined) {
    throw new Refusal(`the store ${redactUrl(adapter.name)} cannot list its functions: name those that you mean`)
  }
  const names: string[] = []
  for await (const name of adapter.namespaces()) names.push(name)
  return names.sort((a, b) => a.localeCompare(b, 'en'))
}
