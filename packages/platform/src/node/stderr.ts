import { setImmediate } from './soon.ts'

let pending = 0

const ignore = () => {}

/**
 * Prints to stderr. A closed or broken stderr must neither lose a result nor end the process: Node emits a failed write as
 * an `error` event, which may have no other listener.
 */
export function printToStderr(text: string): void {
  const { stderr } = process
  try {
    if (stderr.destroyed) return
    if (pending++ === 0) stderr.on?.('error', ignore)
    // Node emits the event after this callback.
    stderr.write(text, () => setImmediate(settled))
  } catch {
    settled()
  }
}

function settled(): void {
  if (--pending === 0) process.stderr.off?.('error', ignore)
}
