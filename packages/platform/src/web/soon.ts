/** The part of a page's `MessageChannel` that this uses. */
interface Channel {
  readonly port1: { onmessage: (() => void) | null }
  readonly port2: { postMessage(message: undefined): void }
}

interface Here {
  readonly setImmediate?: (act: () => void) => void
  readonly setTimeout: (act: () => void, ms: number) => unknown
  readonly MessageChannel?: new () => Channel
}

// Captured at load: fake timers in a user's tests must not block a call forever.
const { setImmediate, setTimeout, MessageChannel } = globalThis as unknown as Here

const waiting: (() => void)[] = []
let port: Channel['port2'] | undefined

/** Not a timer where that can be helped: browsers delay timers that start each other, and those of hidden pages. */
export function soon(act: () => void): void {
  if (setImmediate !== undefined) setImmediate(act)
  else if (MessageChannel === undefined) setTimeout(act, 0)
  else {
    waiting.push(act)
    port ??= opened(new MessageChannel())
    port.postMessage(undefined)
  }
}

function opened({ port1, port2 }: Channel): Channel['port2'] {
  port1.onmessage = () => waiting.shift()?.()
  return port2
}
