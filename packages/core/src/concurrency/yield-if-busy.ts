import type { Runtime } from '../types/runtime.ts'
import { type Steps, wait } from './sync-or-async.ts'

/** How long calls may go on one after the other before the event loop gets a turn, in milliseconds. */
const SLICE_MS = 15

const { setImmediate } = globalThis
let sliceBegan: number | undefined

/**
 * Lets the event loop go on if calls have kept it from that for long. Over a synchronous store thousands of asynchronous
 * calls that start each other would be one piece of work without a pause.
 */
export function* yieldIfBusy({ soon }: Runtime): Steps<void> {
  const now = performance.now()
  if (sliceBegan === undefined) {
    sliceBegan = now
    setImmediate(() => {
      sliceBegan = undefined
    })
  } else if (now - sliceBegan > SLICE_MS) yield* wait(soon(() => {}))
}
