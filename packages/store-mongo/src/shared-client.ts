import type { MongoClient, MongoClientOptions } from 'mongodb'
import { loadDriver } from './driver.ts'
import { LiveClient } from './live-client.ts'
import { OutOfPatience, Patience, type Wait } from './patience.ts'
import { persistently } from './persistence.ts'

/** How long nobody has asked for anything before connections are closed, so that a script can end. */
const IDLE_MS = 400
/** The end of a connection on which nothing moves, so that none is lost for ever. */
const SILENT_SOCKET_MS = 60_000

/** Where a store gets its client from. */
export interface ClientSource {
  /** Runs a verb with the client, for as long as `wait` allows. */
  use<T>(wait: Wait, verb: (client: MongoClient) => Promise<T>): Promise<T>
  /** Says that `user` is there, until it lets go. */
  hold(user: object): void
  letGo(user: object): Promise<void>
}

/**
 * The one client for a URL in this process: opened by the first verb, closed when idle (the sockets and timers of the
 * driver would keep a script from ending) or when the last store lets go, opened again by the next verb.
 */
export class SharedClient implements ClientSource {
  readonly #open: () => Promise<MongoClient>
  readonly #patience: Patience
  readonly #users = new Set<object>()
  #live: LiveClient | undefined
  #opening: Promise<LiveClient> | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(open: () => Promise<MongoClient>, serverWaitMs: number) {
    this.#open = open
    this.#patience = new Patience(serverWaitMs)
  }

  hold(user: object): void {
    this.#users.add(user)
  }

  async letGo(user: object): Promise<void> {
    if (!this.#users.delete(user) || this.#users.size > 0) return
    const live = this.#live ?? (await this.#opening?.catch(() => undefined))
    if (live === undefined) return
    this.#retire(live)
    await live.closed
  }

  async use<T>(wait: Wait, verb: (client: MongoClient) => Promise<T>): Promise<T> {
    const live = this.#live ?? (await this.#makeLive())
    live.enter()
    clearTimeout(this.#idle)
    try {
      return await this.#patience.within(wait, (isOver) => persistently(() => verb(live.client), isOver))
    } catch (error) {
      if (error instanceof OutOfPatience) {
        error.cause = live.trouble
        // Its connections may all be dead without knowing it: the next verb starts with new ones.
        live.forgetSessions()
        this.#retire(live)
      }
      throw error
    } finally {
      live.leave()
      if (live.isIdle) this.#closeWhenIdle()
    }
  }

  #makeLive(): Promise<LiveClient> {
    this.#opening ??= this.#open()
      .then((client) => {
        this.#live = new LiveClient(client)
        return this.#live
      })
      .finally(() => {
        this.#opening = undefined
      })
    return this.#opening
  }

  #retire(live: LiveClient): void {
    if (this.#live === live) this.#live = undefined
    live.retire()
  }

  #closeWhenIdle(): void {
    clearTimeout(this.#idle)
    // Holds nothing up itself: while connections are open the process lives anyway.
    this.#idle = setTimeout(() => {
      if (!this.#live?.isIdle) return
      if (isServing()) this.#closeWhenIdle()
      else this.#retire(this.#live)
    }, IDLE_MS).unref()
  }
}

/** The client that the user handed over: used, never closed. */
export class BorrowedClient implements ClientSource {
  readonly #client: MongoClient
  readonly #patience: Patience

  constructor(client: MongoClient, serverWaitMs: number) {
    this.#client = client
    this.#patience = new Patience(serverWaitMs)
  }

  hold(): void {}

  async letGo(): Promise<void> {}

  use<T>(wait: Wait, verb: (client: MongoClient) => Promise<T>): Promise<T> {
    return this.#patience.within(wait, (isOver) => persistently(() => verb(this.#client), isOver))
  }
}

const shared = new Map<string, SharedClient>()

/** The client for the URL; one for all who name the same URL and wait alike. */
export function sharedClient(url: string, serverWaitMs: number): SharedClient {
  const name = `${serverWaitMs} ${url}`
  let client = shared.get(name)
  if (client === undefined) {
    client = new SharedClient(() => openClient(url, serverWaitMs), serverWaitMs)
    shared.set(name, client)
  }
  return client
}

/** A client with options of its own. */
export function ownClient(url: string, options: MongoClientOptions, serverWaitMs: number): SharedClient {
  return new SharedClient(() => openClient(url, serverWaitMs, options), serverWaitMs)
}

async function openClient(url: string, serverWaitMs: number, options: MongoClientOptions = {}): Promise<MongoClient> {
  const { MongoClient } = await loadDriver()
  const ours: MongoClientOptions = {
    appName: 'persist',
    socketTimeoutMS: SILENT_SOCKET_MS,
    // Not more: a connection that is being made outlives the client's end, and would keep the process waiting with it.
    connectTimeoutMS: serverWaitMs,
  }
  // Options go before the URL with the driver; here what the user says goes before what we say.
  const unsaid = Object.entries(ours).filter(([option]) => !new RegExp(`[?&]${option}=`, 'i').test(url))
  return new MongoClient(url, { ...Object.fromEntries(unsaid), ...options })
}

/** A process that listens does not end by itself, so nothing is gained by closing connections under it. */
function isServing(): boolean {
  return process.getActiveResourcesInfo().some((kind) => kind === 'TCPServerWrap' || kind === 'PipeServerWrap')
}
