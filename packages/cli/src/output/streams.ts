/** The two streams of a process that are written to. */
interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** What went wrong with standard output. */
export interface Watched {
  /** Waits until all is written. `undefined`: all of it arrived, or its reader has read enough, as `head` does. */
  failure(): Promise<Error | undefined>
}

/** Keeps failures of the two streams from ending the process with a stack trace. */
export function watchStreams({ stdout, stderr }: Streams): Watched {
  let failure: NodeJS.ErrnoException | undefined
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error
  })
  // Messages that cannot be written are lost, and change nothing of what was done.
  stderr.on('error', () => {})
  return {
    async failure() {
      // Failures show a moment later. An empty write is one too for a full disk, so only if something is left to write.
      await new Promise((resolve) => setImmediate(resolve))
      if (stdout.writableLength > 0) await new Promise<void>((resolve) => stdout.write('', () => resolve()))
      return failure?.code === 'EPIPE' ? undefined : failure
    },
  }
}
