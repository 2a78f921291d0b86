import type { ServerResponse } from 'node:http'

const SHORTEST_REST_MS = 500
/** Looking takes at most a tenth of the time. */
const REST = 9

/** Looks again and again while somebody watches, and tells the watchers what has changed (server-sent events). */
export class Live {
  readonly #look: () => Promise<string>
  readonly #watchers = new Set<ServerResponse>()
  #last = ''
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  /** @param look what is to be told, as one line. */
  constructor(look: () => Promise<string>) {
    this.#look = look
  }

  /** Takes somebody in. */
  watch(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(this.#last === '' ? ':\n\n' : `data: ${this.#last}\n\n`)
    this.#watchers.add(response)
    response.on('close', () => this.#watchers.delete(response))
    if (this.#timer === undefined) void this.refresh()
  }

  /** Looks now. */
  refresh(): Promise<void> {
    clearTimeout(this.#timer)
    this.#looking = (this.#looking ?? Promise.resolve()).then(() => this.#step())
    return this.#looking
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const watcher of this.#watchers) watcher.end()
  }

  async #step(): Promise<void> {
    const start = performance.now()
    let told: string
    try {
      told = await this.#look()
    } catch (error) {
      told = JSON.stringify({ error: (error as Error).message })
    }
    if (told !== this.#last) for (const watcher of this.#watchers) watcher.write(`data: ${told}\n\n`)
    this.#last = told
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#watchers.size === 0) return
    const rest = Math.max(SHORTEST_REST_MS, REST * (performance.now() - start))
    this.#timer = setTimeout(() => void this.refresh(), rest)
  }
}
