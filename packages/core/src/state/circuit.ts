import type { PersistError } from '@persist/errors'
import type { StoreAdapter } from '@persist/store'
import { isThenable } from '../concurrency/sync-or-async.ts'
import { within } from '../concurrency/timeout.ts'
import type { Plan } from '../context.ts'

const FIRST_PROBE_MS = 250
const LAST_PROBE_MS = 5_000
const PING_MS = 10_000
/** An adapter without `ping` is simply tried again after this. */
const BLIND_RETRY_MS = 1_000

// On a well-known symbol: two copies of core that share an adapter share its circuit.
const CIRCUITS = Symbol.for('@persist/core/circuits@1')
const shared = globalThis as { [CIRCUITS]?: WeakMap<StoreAdapter, Circuit> }

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

  /** `false`: it was open already. The clock and the listeners of `plan`, which met the trouble, serve the probe. */
  open(error: PersistError, plan: Plan): boolean {
    if (this.error !== undefined) return false
    this.error = error
    tell(plan, 'open')
    this.#probeIn(plan.adapter.ping === undefined ? BLIND_RETRY_MS : FIRST_PROBE_MS, plan)
    return true
  }

  #probeIn(ms: number, plan: Plan): void {
    plan.surroundings.later(ms, () => void this.#probe(ms, plan))
  }

  async #probe(ms: number, plan: Plan): Promise<void> {
    try {
      const answer = plan.adapter.ping?.()
      // One that never answers must not leave the circuit open forever.
      if (isThenable(answer)) await within(answer, PING_MS, plan.surroundings, noAnswer)
    } catch {
      // Still out of reach; it was reported when the circuit opened.
      this.#probeIn(Math.min(ms * 2, LAST_PROBE_MS), plan)
      return
    }
    this.error = undefined
    tell(plan, 'closed')
  }
}

function tell(plan: Plan, state: 'open' | 'closed'): void {
  plan.reporter.tell('circuit', { state, store: plan.adapter.name })
}

function noAnswer(): never {
  throw new Error(`no answer within ${PING_MS} ms`)
}
