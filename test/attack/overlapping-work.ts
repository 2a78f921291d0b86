import { createRequire } from 'node:module'
import type { Options, StoreAdapter } from '@persist/core'
import * as esModule from '@persist/core'
import { slowed, withoutLeases } from './slowed.ts'

const commonJs = createRequire(import.meta.url)('@persist/core') as typeof esModule

/** A result: `made` is its number in the order in which runs and puts began. */
interface Result {
  readonly made: number
}

/** What a round is about. */
export interface World {
  readonly isStream: boolean
  readonly memory: boolean
  readonly singleFlight: 'shared' | 'process' | false
  readonly concurrency: number | undefined
  /** The store has leases and an order of deletions by tag. */
  readonly hasLeases: boolean
  /** Results get old, and are served while they are refreshed. */
  readonly getsStale: boolean
  readonly fails: boolean
  /** The second wrapping is one of the CommonJS copy of core. */
  readonly twoCopies: boolean
  /** There is a third wrapping, and a stored result is checked by an async `validate`. */
  readonly hasMore?: boolean
}

/** One wrapping of the function, as an iteration or as a call. */
export interface Wrapping {
  call(signal?: AbortSignal): Promise<number>
  callWithin(maxAge: number): Promise<number>
  callAround(): Promise<number>
  /** Leaves after the first chunk, if it is an iteration: by `break` or by `throw`. */
  leaveEarly(way: 'break' | 'throw'): Promise<number | undefined>
  many(): Promise<readonly number[]>
  refresh(): Promise<number>
  put(): Promise<number>
  peek(): Promise<number | undefined>
  lookup(): Promise<number | undefined>
  forget(): Promise<unknown>
  untag(): Promise<unknown>
  clear(): Promise<unknown>
}

/** A function with several wrappings over one slow store, and everything that was seen to be wrong with it. */
export class OverlappingWork {
  readonly faults: string[] = []
  readonly wrappings: readonly Wrapping[]
  /** The number of the last result. */
  made = 0
  readonly #put = new Set<number>()
  readonly #random: () => number
  readonly #world: World
  #now = 1_000_000
  /** How many pauses there are now. */
  #pauses = 0
  /** The work that goes on after its call. */
  readonly #announced: Promise<unknown>[] = []
  readonly #memory = esModule.memoryStore()
  readonly #adapter: StoreAdapter
  #hash: string | undefined

  constructor(world: World, random: () => number) {
    this.#world = world
    this.#random = random
    this.#adapter = this.#store()
    const options = {
      funcname: 'f',
      cache: this.#adapter,
      memory: world.memory,
      verbosity: 0,
      singleFlight: world.singleFlight,
      concurrency: world.isStream ? undefined : world.concurrency,
      tags: () => ['tag'],
      ...(world.getsStale && { ttl: 1_000, staleWhileRevalidate: '1d' }),
      ...(world.hasMore && { validate: this.#slowSchema() }),
      waitUntil: (work: Promise<unknown>) => void this.#announced.push(work),
    } as const
    const copies = [esModule, world.twoCopies ? commonJs : esModule]
    if (world.hasMore) copies.push(esModule)
    this.wrappings = copies.map((copy) => this.#wrap(copy, options))
  }

  /** Lets all results become stale. */
  age(): void {
    this.#now += 2_000
  }

  /** Waits for up to so many turns of the event loop. */
  async pause(most: number): Promise<void> {
    this.#pauses++
    for (let turns = Math.floor(this.#random() * most); turns >= 0; turns--) await new Promise(setImmediate)
    this.#pauses--
  }

  /** Waits for runs that still go on, or are being stored, since their callers have left: each step of them pauses. */
  async runsOfCallersThatLeft(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet = this.#pauses === 0 ? quiet + 1 : 0) await new Promise(setImmediate)
  }

  /** Waits for the work that `waitUntil` got. Then no other work goes on. */
  async announcedWork(): Promise<void> {
    for (let known = -1; known < this.#announced.length; ) {
      known = this.#announced.length
      await Promise.all(this.#announced)
    }
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
    if (this.#pauses > 0) this.faults.push('work goes on that waitUntil does not know of')
  }

  /** The number of the stored result. */
  stored(): number | undefined {
    const entry = this.#hash === undefined ? undefined : this.#memory.open('f').get(this.#hash)
    return entry && madeIn(entry.payload)
  }

  /** Notes what is left when nothing goes on any more: leases, in the store and in the process. */
  noteLeftovers(): void {
    if (this.#hash === undefined) return
    const lease = this.#memory.open('f').lease!(this.#hash, 1)
    if (lease === undefined) this.faults.push('a lease is left')
    lease?.release()
    for (const name of ['held@1', 'requests@1', 'takeovers@2']) {
      const known = Reflect.get(globalThis, Symbol.for(`@persist/core/${name}`)) as ReadonlyMap<string, unknown>
      const left = [...known.keys()].filter((key) => key.startsWith(`${this.#adapter.name}\0`))
      if (left.length > 0) this.faults.push(`${name} has ${left}`)
    }
  }

  #slowSchema() {
    const validate = async (value: unknown) => {
      await this.pause(3)
      return { value }
    }
    return { '~standard': { version: 1, vendor: 'attack', validate } } as const
  }

  #wrap({ createPersist }: typeof esModule, options: Options): Wrapping {
    const persist = createPersist({
      env: {},
      now: () => this.#now,
      monotonic: () => this.#now,
      sleep: () => this.pause(3),
      random: this.#random,
    })
    return this.#world.isStream ? this.#wrapStream(persist, options) : this.#wrapFunction(persist, options)
  }

  #wrapFunction(persist: esModule.Persist, options: Options): Wrapping {
    const f = persist(this.#fn, options)
    return {
      call: async (signal) => (await (signal === undefined ? f() : f.with({ signal })())).made,
      callWithin: async (maxAge) => (await f.with({ maxAge })()).made,
      callAround: async () => (await f.with({ bypass: true })()).made,
      leaveEarly: async () => undefined,
      many: async () => (await f.many([[], []])).map(({ made }) => made),
      refresh: async () => (await f.refresh()).made,
      put: () => this.#putting((made) => f.put({ made })),
      peek: async () => (await f.peek())?.made,
      lookup: async () => (await f.lookup()).value?.made,
      ...deletions(f),
    }
  }

  #wrapStream(persist: esModule.Persist, options: Options): Wrapping {
    const f = persist(this.#generator, options)
    const read = async (chunks: AsyncIterable<Result> | PromiseLike<readonly Result[]>) => {
      const read: Result[] = []
      if (Symbol.asyncIterator in chunks) for await (const chunk of chunks) read.push(chunk)
      else read.push(...(await chunks))
      return this.#numberOf(read)
    }
    return {
      call: (signal) => read(signal === undefined ? f() : f.with({ signal })()),
      callWithin: (maxAge) => read(f.with({ maxAge })()),
      callAround: () => read(f.with({ bypass: true })()),
      leaveEarly: (way) => this.#leaveEarly(f(), way),
      many: async () => {
        const all = f.many([[], []]).map(read)
        await Promise.allSettled(all)
        return Promise.all(all)
      },
      refresh: () => read(f.refresh()),
      put: () => this.#putting((made) => f.put([{ made }, { made }])),
      peek: async () => {
        const chunks = await f.peek()
        return chunks && this.#numberOf(chunks)
      },
      lookup: async () => {
        const { value } = await f.lookup()
        return value && this.#numberOf(value)
      },
      ...deletions(f),
    }
  }

  async #leaveEarly(chunks: AsyncGenerator<Result>, way: 'break' | 'throw'): Promise<number | undefined> {
    const { value } = await chunks.next()
    await this.pause(5)
    if (way === 'break') await chunks.return(undefined)
    else await chunks.throw(new Failure()).catch(() => {})
    return value?.made
  }

  /** The number of the run that all chunks come from. */
  #numberOf(chunks: readonly Result[]): number {
    if (chunks.length !== 2 || chunks[0]!.made !== chunks[1]!.made) {
      this.faults.push(`an iteration has the chunks ${JSON.stringify(chunks)}`)
    }
    return chunks[0]!.made
  }

  async #putting(put: (made: number) => unknown): Promise<number> {
    const made = ++this.made
    this.#put.add(made)
    await put(made)
    return made
  }

  readonly #fn = async (): Promise<Result> => {
    const made = ++this.made
    await this.pause(20)
    this.#mayFail()
    return { made }
  }

  readonly #generator = this.#chunks.bind(this)

  async *#chunks(): AsyncGenerator<Result> {
    const made = ++this.made
    await this.pause(10)
    yield { made }
    await this.pause(10)
    this.#mayFail()
    yield { made }
  }

  #mayFail(): void {
    if (this.#world.fails && this.#random() < 0.3) throw new Failure()
  }

  /** A slow store that notes when a run replaces a newer result. */
  #store(): StoreAdapter {
    const memory = this.#memory
    const open: typeof memory.open = (namespace, options) => {
      const store = memory.open(namespace, options)
      const set = store.set.bind(store)
      store.set = (entry) => {
        this.#hash = entry.hash
        const before = store.get(entry.hash)
        const made = madeIn(entry.payload)
        if (before !== undefined && madeIn(before.payload) > made && !this.#put.has(made)) {
          this.faults.push(`the result ${made} replaces ${madeIn(before.payload)}`)
        }
        set(entry)
      }
      return this.#world.hasLeases ? store : withoutLeases(store)
    }
    const supports = this.#world.hasLeases ? memory.supports : { ...memory.supports, lease: false, tagFence: false }
    // Most replies are fast, and some are slow enough for other work to overtake them.
    return slowed({ ...memory, supports, open }, () => this.pause(this.#random() < 0.2 ? 40 : 4))
  }
}

/** The failure of the function itself. */
export class Failure extends Error {}

function deletions(f: { forget(): unknown; clear(): unknown; cache: { deleteByTag(tag: string): unknown } }) {
  return {
    forget: async () => f.forget(),
    clear: async () => f.clear(),
    untag: async () => f.cache.deleteByTag('tag'),
  }
}

function madeIn(payload: string | Uint8Array): number {
  return Number(/"made":(\d+)/.exec(String(payload))![1])
}
