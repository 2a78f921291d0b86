/** A Redis server of one test file. */
export interface Redis {
  readonly url: string
  kill(): Promise<void>
  /** It keeps its connections, and answers nothing. */
  suspend(): void
  resume(): void
  /** With what it had kept. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts a server on 127.0.0.1; `undefined`: there is none on this machine, and `reasons` tells why. */
export function startRedis(reasons?: string[]): Promise<Redis | undefined>
