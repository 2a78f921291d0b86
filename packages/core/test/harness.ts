import { createPersist, memoryStore, type PersistEvent, type Runtime, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe } from 'vitest'

/** Makes a store of the mode under test. */
export type MakeStore = () => StoreAdapter

/** Runs the tests over a synchronous store, and over the same store made asynchronous. */
export function inBothModes(subject: string, tests: (makeStore: MakeStore, mode: 'sync' | 'async') => void): void {
  describe(`${subject}, over a synchronous store`, () => tests(() => memoryStore(), 'sync'))
  describe(`${subject}, over an asynchronous store`, () => tests(() => delayed(memoryStore()), 'async'))
}

/** A store with some methods replaced. */
export function withMethods(
  adapter: StoreAdapter,
  methods: Record<string, (...args: never[]) => unknown>,
): StoreAdapter {
  const open = (namespace: string, options?: object) =>
    new Proxy(adapter.open(namespace, options) as object, {
      get: (store, name) => {
        const method = methods[name as string] ?? Reflect.get(store, name)
        return typeof method === 'function' ? method.bind(store) : method
      },
    })
  return new Proxy(adapter, { get: (inner, name) => (name === 'open' ? open : Reflect.get(inner, name)) })
}

/** A store without some members, and with other `supports`. */
function without(adapter: StoreAdapter, names: readonly string[], supports: object): StoreAdapter {
  const open = (namespace: string, options?: object) =>
    new Proxy(adapter.open(namespace, options), {
      get: (store, name) => (names.includes(name as string) ? undefined : Reflect.get(store, name)),
    })
  const others = { supports: { ...adapter.supports, ...supports }, open }
  return new Proxy(adapter, { get: (inner, name) => Reflect.get(name in others ? others : inner, name) })
}

/** A store without leases and without an order of deletions: only the process itself knows which entries were deleted. */
export function withoutLeases(adapter: StoreAdapter): StoreAdapter {
  return without(adapter, ['lease', 'tagFence'], { lease: false, tagFence: false })
}

/** A store with leases, but without an order of deletions. */
export function withoutTagFence(adapter: StoreAdapter): StoreAdapter {
  return without(adapter, ['tagFence'], { tagFence: false })
}

/** A promise `passed`, which `open` resolves. */
export function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

/** Runs the event loop for a number of iterations, so that pending work continues. */
export async function runPending(count = 20): Promise<void> {
  for (let iteration = 0; iteration < count; iteration++) await new Promise(setImmediate)
}

/** Collects the chunks of an iteration. */
export async function chunksOf<T>(iteration: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = []
  for await (const chunk of iteration) chunks.push(chunk)
  return chunks
}

let processes = 0

/** The same store as another process has it. Its other name allows the same namespaces again in this process. */
export function asOtherProcess<M extends 'sync' | 'async'>(cache: StoreAdapter<M>): StoreAdapter<M> {
  return { ...cache, name: `${cache.name} as seen by process ${++processes}` }
}

/**
 * A persist with a fake clock, which only `advance` and waits move. Waits end immediately, and `background` runs the
 * background refreshes.
 */
export function harness(runtime: Partial<Runtime> = {}) {
  let now = 1_000_000
  const work: Promise<unknown>[] = []
  const events: PersistEvent[] = []
  const hooks = {
    /** Called whenever a call waits for another process. */
    whileWaiting: (): unknown => undefined,
  }
  const advance = (ms: number) => {
    now += ms
  }
  const persist = createPersist({
    env: {},
    stderr: () => {},
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      advance(ms)
      await hooks.whileWaiting()
    },
    sleepSync: (ms) => {
      advance(ms)
      hooks.whileWaiting()
    },
    ...runtime,
  })
  return {
    persist,
    advance,
    hooks,
    events,
    report: (event: PersistEvent) => void events.push(event),
    waitUntil: (refresh: Promise<unknown>) => void work.push(refresh),
    background: () => Promise.all(work.splice(0)),
    /** Removes the events so far and returns their names, each with its reason, tier, outcome or state. */
    eventNames: () => events.splice(0).map(brief),
  }
}

function brief(event: PersistEvent): string {
  const { reason, tier, outcome, state } = event as { reason?: string; tier?: string; outcome?: string; state?: string }
  const detail = reason ?? tier ?? outcome ?? state
  return detail === undefined ? event.name : `${event.name} ${detail}`
}
