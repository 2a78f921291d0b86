import { CALL } from '@persist/store/kit'
import { lineOf, type Observation } from './observation.ts'
import type { Recorder } from './tracing.ts'

/** An entry has at most so many inputs, of at most so many characters together: every hit reads them all. */
const MOST_INPUTS = 10_000
const MOST_CHARACTERS = 256 * 1024

/** Why a run has no trace that could be verified later. `changed`: an input was seen in two states. */
export type TraceProblem =
  | { readonly kind: 'changed'; readonly name: string }
  | { readonly kind: 'unverifiable'; readonly name: string; readonly why: string }

/** Everything that one run of a function reads. */
export class Trace implements Recorder {
  /** The folder to which paths are relative. */
  readonly root: string
  /** The name of the store of the function. */
  readonly store: string
  #problem: TraceProblem | undefined
  #characters = 0
  readonly #observations = new Map<string, Observation>()
  /** Iterations of other functions, and observations, that the run has begun. */
  readonly #open = new Map<object, string>()
  /** What the run is reading at the moment. */
  readonly #reads = new Set<Promise<unknown>>()

  constructor(root: string, store: string) {
    this.root = root
    this.store = store
  }

  get isRecording(): boolean {
    return this.#problem === undefined
  }

  /** The first problem of the run. */
  get problem(): TraceProblem | undefined {
    if (this.#problem !== undefined) return this.#problem
    const [name] = this.#open.values()
    return name === undefined ? undefined : { kind: 'unverifiable', name, why: 'it has not ended' }
  }

  get observations(): Iterable<Observation> {
    return this.#observations.values()
  }

  /** The run has called other functions. */
  get hasCalls(): boolean {
    for (const { kind } of this.#observations.values()) if (kind === CALL) return true
    return false
  }

  /** Records what was read. */
  add(observation: Observation): void {
    if (this.#problem !== undefined) return
    const { kind, name, digest } = observation
    const id = `${kind} ${name}`
    const before = this.#observations.get(id)
    if (before !== undefined) {
      if (before.digest !== digest) this.#fail({ kind: 'changed', name })
      return
    }
    this.#observations.set(id, observation)
    this.#characters += lineOf(observation).length
    if (this.#observations.size > MOST_INPUTS || this.#characters > MOST_CHARACTERS) {
      this.#fail({
        kind: 'unverifiable',
        name,
        why: `the run has more than ${MOST_INPUTS} inputs, or more than ${MOST_CHARACTERS} characters of them`,
      })
    }
  }

  /** Notes a read that ends when it is recorded. */
  during(read: Promise<unknown>): void {
    const end = () => void this.#reads.delete(read)
    this.#reads.add(read)
    read.then(end, end)
  }

  /** Waits until everything is recorded that the run is reading now. */
  async recorded(): Promise<void> {
    if (this.#reads.size > 0) await Promise.allSettled(this.#reads)
  }

  /** Records something that no later call can verify. */
  refuse(name: string, why: string): void {
    this.#fail({ kind: 'unverifiable', name, why })
  }

  /** Records the begin of something whose result is known later. Returns a function to call then. */
  begin(name: string): () => void {
    const token = {}
    this.#open.set(token, name)
    return () => this.#open.delete(token)
  }

  #fail(problem: TraceProblem): void {
    this.#problem ??= problem
    this.#observations.clear()
  }
}
