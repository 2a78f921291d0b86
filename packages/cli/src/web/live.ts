import type { ServerResponse } from 'node:http'

const SHORTEST_REST_MS = 500
/** The pause in multiples of the time of a read, so that reads take at most a tenth of the time. */
const REST = 9

/** Reads again and again while there are watchers, and sends them the changes as server-sent events. */
export class Live {
  readonly #read: () => Promise<string>
  readonly #watchers = new Set<ServerResponse>()
  #last = ''
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> | undefined

  /** @param read returns the state as one line. */
  constructor(read: () => Promise<string>) {
    this.#read = read
  }

  /** Adds a watcher. */
  watch(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(this.#last === '' ? ':\n\n' : `data: ${this.#last}\n\n`)
    this.#watchers.add(response)
    response.on('close', () => this.#watchers.delete(response))
    if (this.#timer === undefined) void this.refresh()
  }

  /** Reads now. */
  refresh(): Promise<void> {
    clearTimeout(this.#timer)
    this.#reading = (this.#reading ?? Promise.resolve()).then(() => this.#step())
    return this.#reading
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const watcher of this.#watchers) watcher.end()
  }

  async #step(): Promise<void> {
    const start = performance.now()
    let state: string
    try {
      state = await this.#read()
    } catch (error) {
      state = JSON.stringify({ error: (error as Error).message })
    }
    if (state !== this.#last) for (const watcher of this.#watchers) watcher.write(`data: ${state}\n\n`)
    this.#last = state
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#watchers.size === 0) return
    const rest = Math.max(SHORTEST_REST_MS, REST * (performance.now() - start))
    this.#timer = setTimeout(() => void this.refresh(), rest)
  }
}
