import { TimeoutError } from '@persist/store/kit'
import type { MongoClient } from 'mongodb'
import { LiveClient } from './live-client.ts'
import { type ClientOptions, isServing, openClient, openProbe, probeMs } from './open-client.ts'
import { outlastsCallers, retryOnNetworkError } from './retry.ts'
import { probeServers } from './server-probe.ts'
import { ConnectionClosedError, Timeout, type Wait } from './timeout.ts'

/** How long no call has used a client before its connections are closed, so that a script can end. */
const IDLE_MS = 400

type Act<T> = (client: MongoClient) => Promise<T>

/** Where a store gets its client from. */
export interface ClientSource {
  /** Runs an operation with the client, for as long as `wait` allows. */
  use<T>(wait: Wait, act: Act<T>): Promise<T>
  /** The same in the background: it opens no client, and ends when the client is closed. */
  useInBackground<T>(wait: Wait, act: Act<T>): Promise<T>
  /** Fails if no server says anything at all. */
  probeServers(): Promise<void>
  /** Runs an operation to see whether the server can be used, without keeping a process that would end by itself. */
  probe<T>(wait: Wait, act: Act<T>): Promise<T>
  /** Says that `user` is there, until it lets go. */
  hold(user: object): void
  letGo(user: object): Promise<void>
}

/**
 * The one client for a URL in this process: opened by the first operation, closed when idle (the sockets and timers of the
 * driver would keep a script from ending) or when the last store lets go, opened again by the next operation.
 */
export class SharedClient implements ClientSource {
  readonly #plan: ClientOptions
  readonly #timeout: Timeout
  readonly #users = new Set<object>()
  #live: LiveClient | undefined
  #opening: Promise<LiveClient> | undefined
  #idle: NodeJS.Timeout | undefined
  #lastUse = 0

  constructor(plan: ClientOptions) {
    this.#plan = plan
    this.#timeout = new Timeout(plan.serverWaitMs)
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

  async use<T>(wait: Wait, act: Act<T>): Promise<T> {
    const live = this.#live ?? (await this.#makeLive())
    live.enter()
    try {
      return await live.semaphore.run(wait, () => this.#run(live, wait, act))
    } finally {
      live.leave()
      this.#lastUse = performance.now()
      if (live.isIdle) this.#closeWhenIdle()
    }
  }

  async useInBackground<T>(wait: Wait, act: Act<T>): Promise<T> {
    const live = this.#live
    if (live === undefined) throw new ConnectionClosedError()
    try {
      return await this.#run(live, wait, act)
    } catch (error) {
      throw this.#live === live ? error : new ConnectionClosedError()
    }
  }

  async probeServers(): Promise<void> {
    if (this.#live === undefined) throw new ConnectionClosedError()
    await probeServers(this.#live.client, probeMs(this.#plan))
  }

  async probe<T>(wait: Wait, act: Act<T>): Promise<T> {
    if (this.#live !== undefined) {
      await this.probeServers()
      return this.use(wait, act)
    }
    const probe = new LiveClient(await openProbe(this.#plan), this.#plan.serverWaitMs)
    try {
      return await this.#run(probe, wait, act, true)
    } finally {
      probe.retire()
      await probe.closed
    }
  }

  async #run<T>(
    live: LiveClient,
    wait: Wait,
    act: Act<T>,
    outlasts = outlastsCallers(live.client, this.#plan.serverWaitMs),
  ): Promise<T> {
    try {
      return await this.#timeout.limit(wait, (isOver) => retryOnNetworkError(() => act(live.client), isOver, outlasts))
    } catch (error) {
      if (error instanceof TimeoutError) {
        error.cause = live.trouble
        // Its connections may all be dead without knowing it: the next operation starts with new ones.
        live.forgetSessions()
        live.semaphore.rejectWaiting(error)
        this.#retire(live)
      }
      throw error
    }
  }

  #makeLive(): Promise<LiveClient> {
    this.#opening ??= openClient(this.#plan)
      .then((client) => {
        this.#live = new LiveClient(client, this.#plan.serverWaitMs)
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

  /** One timer for many short uses: it looks whether the last was long enough ago. */
  #closeWhenIdle(after = IDLE_MS): void {
    // Holds nothing up itself: while connections are open the process lives anyway.
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined
      if (!this.#live?.isIdle) return
      const left = this.#lastUse + IDLE_MS - performance.now()
      if (left >= 1) this.#closeWhenIdle(left)
      else if (isServing()) this.#closeWhenIdle()
      else this.#retire(this.#live)
    }, after).unref()
  }
}

const shared = new Map<string, SharedClient>()

/** The client for the URL; one for all who name the same URL and wait alike. */
export function sharedClient(plan: ClientOptions): SharedClient {
  const name = `${plan.serverWaitMs} ${plan.url}`
  let client = shared.get(name)
  if (client === undefined) {
    client = new SharedClient(plan)
    shared.set(name, client)
  }
  return client
}
