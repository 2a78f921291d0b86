import type { Plan } from '../plan/plan.ts'
import { tellProblem } from '../telling/trouble.ts'
import { type Computation, compute } from './compute.ts'
import { checkUnhash, hasStrayed } from './identity.ts'
import { asError } from './recall.ts'
import { pickleKey } from './record.ts'
import { run, type Steps } from './steps.ts'
import { release, tryTurn } from './turn.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** The background refreshes of one persisted function, and how long a key that failed is left alone. */
export class Refreshes {
  readonly running = new Set<string>()
  readonly #pauses = new Map<string, { readonly until: number; readonly ms: number }>()

  mayStart(text: string, now: number): boolean {
    return !this.running.has(text) && now >= (this.#pauses.get(text)?.until ?? 0)
  }

  succeeded(text: string): void {
    this.#pauses.delete(text)
  }

  failed(text: string, now: number): void {
    const ms = Math.min((this.#pauses.get(text)?.ms ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
    this.#pauses.set(text, { until: now + ms, ms })
  }
}

/** Computes an expired entry anew after the caller has been served: once, here and in all processes. */
export function refreshBehind(computation: Omit<Computation, 'flight'>): void {
  const { plan, identity } = computation
  const { text, hash } = identity
  const { monotonic, soon } = plan.surroundings
  if (!plan.refreshes.mayStart(text, monotonic())) return
  plan.refreshes.running.add(text)
  // A flight of its own that nobody joins: callers get the stale result meanwhile.
  const flight = plan.flights.start(text, { joinable: false })
  const refresh = soon(() => run(once({ ...computation, flight })))
    .then(
      () => plan.refreshes.succeeded(text),
      (error) => {
        plan.refreshes.failed(text, monotonic())
        tellProblem(plan, 'refresh', hash, asError(error))
      },
    )
    .finally(() => {
      plan.refreshes.running.delete(text)
      plan.flights.end(flight)
    })
  handOver(plan, refresh)
}

function* once(computation: Computation): Steps<void> {
  const { plan, call, identity } = computation
  checkUnhash(plan, identity)
  const pickledKey = pickleKey(plan, identity)
  const turn = yield* tryTurn(plan, identity, call.maxAge)
  if (turn === undefined) return
  if (hasStrayed(plan, call.self, call.args, identity)) return yield* release(plan, identity, turn.lease)
  yield* compute(computation, turn, pickledKey)
}

/** Tells the host of work that goes on after the call. */
export function handOver(plan: Plan, work: Promise<unknown>): void {
  try {
    plan.waitUntil?.(work)
  } catch (error) {
    tellProblem(plan, 'waitUntil', undefined, asError(error))
  }
}
