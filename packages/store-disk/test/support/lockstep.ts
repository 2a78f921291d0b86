import { Worker } from 'node:worker_threads'

const RUNNING = 0
const DONE = 2
const RESULTS = 8

/** Threads that make one call of the file system after the other, each when it is allowed to. */
export class Lockstep {
  readonly #states = new Int32Array(new SharedArrayBuffer(64))
  readonly #workers: Worker[]

  constructor(count: number) {
    this.#workers = Array.from({ length: count }, (_, index) => {
      const workerData = { states: this.#states, index }
      return new Worker(new URL('../children/lockstep.mjs', import.meta.url), { workerData })
    })
    this.#workers.forEach((_, index) => void this.#settle(index))
  }

  /** Lets a thread begin with a method; it stops before its first call. */
  begin(index: number, message: { dir: string; method: string; hash: string; id?: string }): void {
    this.#states[index] = RUNNING
    this.#workers[index]!.postMessage(message)
    this.#settle(index)
  }

  /** Lets a thread make its next call. `false`: it is done. */
  step(index: number): boolean {
    if (this.isDone(index)) return false
    this.#states[index] = RUNNING
    Atomics.notify(this.#states, index)
    this.#settle(index)
    return true
  }

  isDone(index: number): boolean {
    return Atomics.load(this.#states, index) === DONE
  }

  /** Lets all threads go on to their ends, in an order that `choose` decides: of so many that can, one. */
  finish(choose: (count: number) => number): void {
    for (;;) {
      const able = this.#workers.map((_, index) => index).filter((index) => !this.isDone(index))
      if (able.length === 0) return
      this.step(able[choose(able.length)]!)
    }
  }

  /** What the last `publish` of a thread was answered with. */
  hasPublished(index: number): boolean {
    return this.#states[RESULTS + index] === 1
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #settle(index: number): void {
    const state = Atomics.load(this.#states, index)
    if (state !== RUNNING) return
    if (Atomics.wait(this.#states, index, RUNNING, 30_000) === 'timed-out') throw new Error(`thread ${index} hangs`)
  }
}
