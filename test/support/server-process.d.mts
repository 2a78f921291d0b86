/** A server that runs, and that we started. */
export interface ServerProcess {
  readonly pid: number
  /** Ends it as a crash would (`kill -9`), and waits until it is gone. */
  kill(): Promise<void>
  /** Stops it as it is (SIGSTOP), until `resume`. */
  pause(): void
  resume(): void
  /** Lets it close its files, and waits until it is gone. */
  stop(): Promise<void>
}

export function startServer(
  command: string,
  args: readonly string[],
  port: number,
  as?: { readonly argv0?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<ServerProcess>

/** A port of 127.0.0.1 that no process listens on. */
export function freePort(): Promise<number>
