let pending = 0

const ignore = () => {}

/**
 * Prints a line. A stderr that is closed or broken must not cost a call its result, nor end the process: Node raises the
 * failure of a write as an `error` event, which may have no other listener.
 */
export function printToStderr(text: string): void {
  const { stderr } = process
  try {
    if (stderr.destroyed) return
    if (pending++ === 0) stderr.on?.('error', ignore)
    // The event comes after this callback.
    stderr.write(text, () => setImmediateAtStart(settled))
  } catch {
    settled()
  }
}

const setImmediateAtStart = globalThis.setImmediate

function settled(): void {
  if (--pending === 0) process.stderr.off?.('error', ignore)
}
