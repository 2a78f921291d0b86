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
const ways: ((act: () => void) => void)[] = [
  ...(setImmediate === undefined ? [] : [setImmediate]),
  ...(MessageChannel === undefined ? [] : [byMessage(MessageChannel)]),
  (act) => setTimeout(act, 0),
]

export function soon(act: () => void): void {
  // Not a call of a member: functions of pages refuse another `this`.
  const [way] = ways
  try {
    way!(act)
  } catch (error) {
    // The edge runtime of Next has functions of these names that always throw.
    if (ways.length === 1) throw error
    ways.shift()
    soon(act)
  }
}

function byMessage(Channel: new () => Channel): (act: () => void) => void {
  return (act) => {
    port ??= opened(new Channel())
    waiting.push(act)
    port.postMessage(undefined)
  }
}

function opened({ port1, port2 }: Channel): Channel['port2'] {
  port1.onmessage = () => waiting.shift()?.()
  return port2
}
