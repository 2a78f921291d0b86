/** A Redis server of one test file. */
export interface Redis {
  readonly url: string
  kill(): Promise<void>
  /** Stops its replies, with open connections. */
  suspend(): void
  resume(): void
  /** Starts it again with its data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts a server on 127.0.0.1; `undefined`: there is none on this machine, and `reasons` has the causes. */
export function startRedis(reasons?: string[]): Promise<Redis | undefined>
