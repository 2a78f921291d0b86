import type { Bounds } from '@persist/store'
import type { Plan } from '../plan/plan.ts'
import { COUNT } from '../store/replies.ts'
import { ask } from '../telling/trouble.ts'
import { handOver } from './behind.ts'
import { run, type Steps, wait } from './steps.ts'

/** Writes between two looks, where the bound is in bytes. */
const WRITES = 16
/** A function may have this much more than `maxEntries` until the next look. */
const SLACK = 0.1

/** Keeps the bounds of one function in a store that does not do it by itself: now and then, behind the caller's back. */
export class Tidying {
  readonly #bounds: Bounds
  readonly #every: number
  /** The first write looks, too: others may have left much. */
  #writes: number
  #isRunning = false

  constructor(bounds: Bounds) {
    this.#bounds = bounds
    this.#every = bounds.maxEntries === undefined ? WRITES : Math.max(1, Math.floor(bounds.maxEntries * SLACK))
    this.#writes = this.#every - 1
  }

  /** Counts a write. */
  wrote(plan: Plan): void {
    if (++this.#writes < this.#every || this.#isRunning) return
    this.#writes = 0
    this.#isRunning = true
    const { soon, now } = plan.surroundings
    const done = () => {
      this.#isRunning = false
    }
    // What fails has been told, and is tried again after the next writes.
    handOver(plan, soon(() => run(prune(plan, now(), this.#bounds))).then(done, done))
  }
}

function* prune(plan: Plan, now: number, bounds: Bounds): Steps<void> {
  const entries = yield* wait(ask(plan, 'prune', undefined, () => plan.store.prune(now, bounds), 0, COUNT))
  if (entries > 0) plan.reporter.tell('evict', { entries })
}
