/** The output streams of a process. */
interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** The state of standard output. */
export interface Watched {
  /** Waits until everything is written. `undefined` if it was, or if the reader has stopped, as `head` does. */
  failure(): Promise<Error | undefined>
}

/** Prevents that a failure of a stream ends the process with a stack trace. */
export function watchStreams({ stdout, stderr }: Streams): Watched {
  let failure: NodeJS.ErrnoException | undefined
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error
  })
  // Lost messages change nothing.
  stderr.on('error', () => {})
  return {
    async failure() {
      // Failures appear a moment later. On a full disk even an empty write fails, so this writes only if something is left.
      await new Promise((resolve) => setImmediate(resolve))
      if (stdout.writableLength > 0) await new Promise<void>((resolve) => stdout.write('', () => resolve()))
      return failure?.code === 'EPIPE' ? undefined : failure
    },
  }
}
