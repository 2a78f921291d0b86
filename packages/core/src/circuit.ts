import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import type { Plan } from './plan.ts'
import { isThenable } from './steps.ts'

const FIRST_PROBE_MS = 250
const LAST_PROBE_MS = 5_000
/** An adapter without `ping` is simply tried again after this. */
const BLIND_RETRY_MS = 1_000

const circuits = new WeakMap<StoreAdapter, Circuit>()

/** The circuit of the plan's store: shared by all functions that keep their results there. */
export function circuitOf(plan: Plan): Circuit {
  const circuit = circuits.get(plan.adapter) ?? new Circuit()
  if (circuit.plan === undefined) circuits.set(plan.adapter, circuit)
  circuit.plan = plan
  return circuit
}

/** Open while a store cannot be reached: calls then go on without it, instead of each waiting for it in vain. */
export class Circuit {
  /** Whoever asked last: its clock and its listeners serve the probe. */
  plan: Plan | undefined
  /** Why it is open. */
  error: PersistError | undefined

  get isOpen(): boolean {
    return this.error !== undefined
  }

  /** `false`: it was open already. */
  open(error: PersistError): boolean {
    if (this.isOpen) return false
    this.error = error
    this.#tell('open')
    this.#probeIn(this.plan!.adapter.ping === undefined ? BLIND_RETRY_MS : FIRST_PROBE_MS)
    return true
  }

  #probeIn(ms: number): void {
    this.plan!.surroundings.later(ms, () => void this.#probe(ms))
  }

  async #probe(ms: number): Promise<void> {
    try {
      const answer = this.plan!.adapter.ping?.()
      if (isThenable(answer)) await answer
    } catch {
      // Still out of reach; it was reported when the circuit opened.
      this.#probeIn(Math.min(ms * 2, LAST_PROBE_MS))
      return
    }
    this.error = undefined
    this.#tell('closed')
  }

  #tell(state: 'open' | 'closed'): void {
    this.plan!.reporter.tell('circuit', { state, store: this.plan!.adapter.name })
  }
}
