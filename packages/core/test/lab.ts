import { createPersist, memoryStore, type PersistEvent, type Runtime, type StoreAdapter } from '@persist/core'
import { delayed } from '@persist/store/conformance'
import { describe } from 'vitest'

/** Makes one store in two colours: as it is, and answering with promises. */
export type MakeStore = () => StoreAdapter

/** Runs the tests once over a synchronous store, and once over the same store made asynchronous. */
export function inBothColours(subject: string, tests: (makeStore: MakeStore, colour: 'sync' | 'async') => void): void {
  describe(`${subject}, over a synchronous store`, () => tests(() => memoryStore(), 'sync'))
  describe(`${subject}, over an asynchronous store`, () => tests(() => delayed(memoryStore()), 'async'))
}

/** A store of which some verbs do something else. */
export function changed(adapter: StoreAdapter, verbs: Record<string, (...args: never[]) => unknown>): StoreAdapter {
  const open = (namespace: string, options?: object) =>
    new Proxy(adapter.open(namespace, options) as object, {
      get: (store, name) => {
        const verb = verbs[name as string] ?? Reflect.get(store, name)
        return typeof verb === 'function' ? verb.bind(store) : verb
      },
    })
  return new Proxy(adapter, { get: (inner, name) => (name === 'open' ? open : Reflect.get(inner, name)) })
}

/** A store in which some names are not there, or something else. */
function without(adapter: StoreAdapter, names: readonly string[], supports: object): StoreAdapter {
  const open = (namespace: string, options?: object) =>
    new Proxy(adapter.open(namespace, options), {
      get: (store, name) => (names.includes(name as string) ? undefined : Reflect.get(store, name)),
    })
  const others = { supports: { ...adapter.supports, ...supports }, open }
  return new Proxy(adapter, { get: (inner, name) => Reflect.get(name in others ? others : inner, name) })
}

/** A store without leases and without an order of deletions: only the process itself can tell what was deleted. */
export function withoutLeases(adapter: StoreAdapter): StoreAdapter {
  return without(adapter, ['lease', 'tagFence'], { lease: false, tagFence: false })
}

/** A store with leases, but without an order of deletions. */
export function withoutTagFence(adapter: StoreAdapter): StoreAdapter {
  return without(adapter, ['tagFence'], { tagFence: false })
}

/** A promise that is kept when it is told. */
export function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

/** Lets all go on that need not wait for anything else. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

/** All that an iteration yields. */
export async function chunksOf<T>(iteration: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = []
  for await (const chunk of iteration) chunks.push(chunk)
  return chunks
}

let places = 0

/** The same store as another process sees it: in this one it counts as another place, so that names do not clash. */
export function elsewhere<M extends 'sync' | 'async'>(cache: StoreAdapter<M>): StoreAdapter<M> {
  return { ...cache, name: `${cache.name} as seen by process ${++places}` }
}

/** A persist whose clock stands still until told, which waits at once, and whose background work is done when asked. */
export function lab(runtime: Partial<Runtime> = {}) {
  let now = 1_000_000
  const work: Promise<unknown>[] = []
  const events: PersistEvent[] = []
  const scene = {
    /** What happens whenever a call waits for another process. */
    whileWaiting: (): unknown => undefined,
  }
  const pass = (ms: number) => {
    now += ms
  }
  const persist = createPersist({
    env: {},
    stderr: () => {},
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      pass(ms)
      await scene.whileWaiting()
    },
    sleepSync: (ms) => {
      pass(ms)
      scene.whileWaiting()
    },
    ...runtime,
  })
  return {
    persist,
    pass,
    scene,
    events,
    report: (event: PersistEvent) => void events.push(event),
    waitUntil: (refresh: Promise<unknown>) => void work.push(refresh),
    background: () => Promise.all(work.splice(0)),
    /** The names of the events since the last look, with their reason, tier or outcome. */
    told: () => events.splice(0).map(brief),
  }
}

function brief(event: PersistEvent): string {
  const { reason, tier, outcome, state } = event as { reason?: string; tier?: string; outcome?: string; state?: string }
  const detail = reason ?? tier ?? outcome ?? state
  return detail === undefined ? event.name : `${event.name} ${detail}`
}
