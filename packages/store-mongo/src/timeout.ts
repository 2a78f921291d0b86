import { TimeoutError } from '@persist/store/kit'

/** An operation in the background has ended with the last caller. */
export class ConnectionClosedError extends Error {
  constructor() {
    super('the connection was closed')
  }
}

/** The time was over, though the server answered other operations meanwhile. */
export class SlowError extends Error {
  constructor() {
    super(
      'the server answers other operations, and not this one; to have fewer calls at once, set the option concurrency',
    )
  }
}

/** How long to wait for one answer. */
export interface Wait {
  readonly ms: number
  /** Whether a computed result would be lost without the operation: it goes before the others, and waits longer for its turn. */
  readonly isForResult?: boolean
  /** Asked when half of the time is over: milliseconds to add, since much has to come or go; for all who wait on the same line. */
  readonly more?: () => Promise<number>
}

interface Waiting {
  left: number
  /** How much others may still add. */
  most: number
  readonly half: number
  asked: boolean
  /** The time of a result was made longer, since the server answers others. */
  isExtended: boolean
  readonly wait: Wait
  readonly giveUp: (error: Error) => void
}

const TICKS_PER_WAIT = 20
const SHORTEST_TICK = 5
const LONGEST_TICK = 100
const SHARE_WHILE_ANSWERING = 0.25
/** How many times longer than its own time an operation waits at most, since others share the line. */
const MOST_FOR_OTHERS = 40
/** How many times its own time a result waits at least while the server answers others, as in the queue for a connection. */
const MOST_FOR_RESULT = 10
/** To start the clock for each of many short waits would cost more than to let it tick a little after the last. */
const TICKS_AFTER_LAST = 20

/**
 * Bounds waits by the time in which this process could have seen an answer. A process that is busy or starved lets a
 * clock run on while the answer lies unread in its socket; so time counts in ticks, each of which lets the event loop
 * look at its sockets once, and none counts for more than two. A tick in which others got answers counts for a quarter: a
 * server that is at work has not fallen silent.
 */
export class Timeout {
  readonly #tick: number
  readonly #now: () => number
  readonly #waiting = new Set<Waiting>()
  #timer: NodeJS.Timeout | undefined
  #last = 0
  #idleTicks = 0
  #isAnswering = false
  /** How long no operation has got an answer. */
  #silent = 0
  readonly #shareWhileAnswering: number

  /** @param shareWhileAnswering The part of a tick that counts if others got answers in it. */
  constructor(
    usualMs: number,
    now: () => number = () => performance.now(),
    shareWhileAnswering = SHARE_WHILE_ANSWERING,
  ) {
    this.#shareWhileAnswering = shareWhileAnswering
    this.#tick = Math.min(LONGEST_TICK, Math.max(SHORTEST_TICK, usualMs / TICKS_PER_WAIT))
    this.#now = now
  }

  /**
   * The result of `act`, which may ask whether the time is over. Then it is a {@link TimeoutError}, or a {@link SlowError} if
   * others got answers until shortly before.
   */
  limit<T>(wait: Wait, act: (isOver: () => boolean) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let over = false
      const waiting: Waiting = {
        left: wait.ms,
        most: MOST_FOR_OTHERS * wait.ms,
        half: wait.ms / 2,
        asked: wait.more === undefined,
        isExtended: wait.isForResult !== true,
        wait,
        giveUp: (error) => {
          over = true
          reject(error)
        },
      }
      this.#add(waiting)
      act(() => over).then(
        (value) => {
          this.#isAnswering = true
          this.#remove(waiting)
          resolve(value)
        },
        (error) => {
          this.#remove(waiting)
          reject(error)
        },
      )
    })
  }

  #add(waiting: Waiting): void {
    if (this.#waiting.size === 0) this.#wake()
    this.#waiting.add(waiting)
  }

  #wake(): void {
    this.#idleTicks = 0
    this.#silent = 0
    this.#last = this.#now()
    if (this.#timer === undefined) this.#timer = setInterval(() => this.#pass(), this.#tick)
    else this.#timer.ref()
  }

  #remove(waiting: Waiting): void {
    // No call waits: the clock keeps no process alive.
    if (this.#waiting.delete(waiting) && this.#waiting.size === 0) this.#timer?.unref()
  }

  #pass(): void {
    const now = this.#now()
    const passed = Math.min(now - this.#last, 2 * this.#tick) * (this.#isAnswering ? this.#shareWhileAnswering : 1)
    this.#last = now
    this.#silent = this.#isAnswering ? 0 : this.#silent + passed
    this.#isAnswering = false
    if (this.#waiting.size === 0 && ++this.#idleTicks >= TICKS_AFTER_LAST) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    for (const waiting of [...this.#waiting]) {
      waiting.left -= passed
      if (!waiting.asked && waiting.left <= waiting.half) this.#askForMore(waiting)
      if (waiting.left > 0) continue
      const { ms } = waiting.wait
      const isSilent = this.#silent >= ms / 2
      if (!isSilent && !waiting.isExtended) {
        waiting.isExtended = true
        waiting.left += (MOST_FOR_RESULT - 1) * ms
        continue
      }
      this.#remove(waiting)
      waiting.giveUp(isSilent ? new TimeoutError(ms) : new SlowError())
    }
  }

  #askForMore(waiting: Waiting): void {
    waiting.asked = true
    waiting.wait.more!().then(
      (ms) => {
        for (const one of this.#waiting) {
          const added = one === waiting ? ms : Math.min(ms, one.most)
          one.left += added
          if (one !== waiting) one.most -= added
        }
      },
      () => {},
    )
  }
}
