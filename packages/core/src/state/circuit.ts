import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import { within } from '../concurrency/timeout.ts'
import type { Reporter } from '../events/reporter.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { Runtime } from '../types/runtime.ts'

const FIRST_PROBE_MS = 250
const LAST_PROBE_MS = 5_000
const PING_MS = 10_000
/** An adapter without `ping` is simply tried again after this. */
const BLIND_RETRY_MS = 1_000

// On a well-known symbol: two copies of core that share an adapter share its circuit.
const CIRCUITS = Symbol.for('@persist/core/circuits@1')
const shared = globalThis as { [CIRCUITS]?: WeakMap<StoreAdapter, Circuit> }

/** What a circuit needs of the function that met the failure. */
export interface Witness {
  readonly adapter: StoreAdapter
  readonly reporter: Reporter
  readonly runtime: Runtime
}

/** The circuit of a store: shared by all functions that keep their results there. */
export function circuitOf(adapter: StoreAdapter): Circuit {
  shared[CIRCUITS] ??= new WeakMap()
  const circuit = shared[CIRCUITS].get(adapter) ?? new Circuit()
  shared[CIRCUITS].set(adapter, circuit)
  return circuit
}

/** Open while a store cannot be reached: calls then go on without it, instead of each waiting for it in vain. */
export class Circuit {
  /** Why it is open; absent while it is closed. */
  error: PersistError | undefined

  /** `false`: it was open already. The probe uses the clock and the listeners of the function that met the failure. */
  open(error: PersistError, witness: Witness): boolean {
    if (this.error !== undefined) return false
    this.error = error
    report(witness, 'open')
    this.#probeIn(witness.adapter.ping === undefined ? BLIND_RETRY_MS : FIRST_PROBE_MS, witness)
    return true
  }

  #probeIn(ms: number, witness: Witness): void {
    witness.runtime.later(ms, () => void this.#probe(ms, witness))
  }

  async #probe(ms: number, witness: Witness): Promise<void> {
    try {
      const answer = witness.adapter.ping?.()
      // One that never answers must not leave the circuit open forever.
      if (isThenable(answer)) await within(answer, PING_MS, witness.runtime, noAnswer)
    } catch {
      // Still out of reach; it was reported when the circuit opened.
      this.#probeIn(Math.min(ms * 2, LAST_PROBE_MS), witness)
      return
    }
    this.error = undefined
    report(witness, 'closed')
  }
}

function report(witness: Witness, state: 'open' | 'closed'): void {
  witness.reporter.report('circuit', { state, store: witness.adapter.name })
}

function noAnswer(): never {
  throw new Error(`no answer within ${PING_MS} ms`)
}
