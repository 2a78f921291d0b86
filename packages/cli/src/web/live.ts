import type { ServerResponse } from 'node:http'

const MIN_PAUSE_MS = 500
/** A pause is so many times as long as the reading before it: reading takes a tenth of the time. */
const PAUSE_FACTOR = 9

/** Polls the store while clients watch, and sends them each change (server-sent events). */
export class LiveUpdates {
  readonly #read: (send: (message: string) => void) => Promise<string>
  readonly #watchers = new Set<ServerResponse>()
  #last = ''
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> | undefined

  /** @param read returns the message to send, on one line. What it sends itself arrives only before the first message. */
  constructor(read: (send: (message: string) => void) => Promise<string>) {
    this.#read = read
  }

  /** Adds a client. */
  watch(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(this.#last === '' ? ':\n\n' : `data: ${this.#last}\n\n`)
    this.#watchers.add(response)
    response.on('close', () => this.#watchers.delete(response))
    if (this.#timer === undefined) void this.refresh()
  }

  /** Reads the store now. */
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
    let message: string
    try {
      message = await this.#read((progress) => {
        if (this.#last === '') this.#send(progress)
      })
    } catch (error) {
      message = JSON.stringify({ error: (error as Error).message })
    }
    if (message !== this.#last) this.#send(message)
    this.#last = message
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#watchers.size === 0) return
    const pause = Math.max(MIN_PAUSE_MS, PAUSE_FACTOR * (performance.now() - start))
    this.#timer = setTimeout(() => void this.refresh(), pause)
  }

  #send(message: string): void {
    for (const watcher of this.#watchers) watcher.write(`data: ${message}\n\n`)
  }
}
