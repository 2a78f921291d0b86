import { soon as endOfTask } from '@persist/platform'
import type { Runtime } from '../types/runtime.ts'
import { type Steps, wait } from './sync-or-async.ts'

/** How long calls may run one after the other before they yield to the event loop, in milliseconds. */
const SLICE_MS = 15

let sliceBegan: number | undefined

/**
 * Yields to the event loop if calls have blocked it for a while. Over a sync store, thousands of async calls that start
 * each other would otherwise never pause.
 */
export function* yieldIfBusy({ soon }: Runtime): Steps<void> {
  const now = performance.now()
  if (sliceBegan === undefined) {
    sliceBegan = now
    endOfTask(() => {
      sliceBegan = undefined
    })
  } else if (now - sliceBegan > SLICE_MS) yield* wait(soon(() => {}))
}
