/** The output streams of a process. */
interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** Reports failures of standard output. */
export interface WatchedStreams {
  /** Waits until everything is written. `undefined`: no failure, or the reader stopped early, as `head` does. */
  failure(): Promise<Error | undefined>
}

/** Catches errors of the two streams, which would end the process with a stack trace. */
export function watchStreams({ stdout, stderr }: Streams): WatchedStreams {
  let failure: NodeJS.ErrnoException | undefined
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error
  })
  // Messages that cannot be written are lost. They do not change what was done.
  stderr.on('error', () => {})
  return {
    async failure() {
      // Errors arrive a moment later. On a full disk an empty write fails too, so it writes only after other output.
      await new Promise((resolve) => setImmediate(resolve))
      if (stdout.writableLength > 0) await new Promise<void>((resolve) => stdout.write('', () => resolve()))
      return failure?.code === 'EPIPE' ? undefined : failure
    },
  }
}
