import type { Plan } from '../plan/plan.ts'
import { tellProblem } from '../telling/trouble.ts'
import { type Computation, compute, type OwnTurn } from './compute.ts'
import { makeRoom } from './few-keys.ts'
import type { Flight } from './flight.ts'
import { heldHere } from './held-here.ts'
import { checkUnhash, hasStrayed } from './identity.ts'
import { enterLimits, limitsOf } from './limit.ts'
import { asError } from './recall.ts'
import { holdKey, pickleKey } from './record.ts'
import { isThenable, run, type Steps } from './steps.ts'
import { tryTurn } from './turn.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

interface Running {
  readonly flight: Flight
  readonly since: number
}

/** The background refreshes of one persisted function, and how long a key that failed is left alone. */
export class Refreshes {
  readonly #running = new Map<string, Running>()
  readonly #pauses = new Map<string, { readonly until: number; readonly ms: number }>()
  readonly #held = new Map<string, { readonly by: string; readonly since: number }>()

  /** Not while one runs; but one that takes longer than `waitTimeout` stops no other. */
  mayStart({ flights, waitTimeout }: Plan, text: string, now: number): boolean {
    const one = this.#running.get(text)
    if (one !== undefined && now - one.since < waitTimeout) return false
    if (one !== undefined) flights.giveUpOn(one.flight)
    return now >= (this.#pauses.get(text)?.until ?? 0)
  }

  start(text: string, one: Running): void {
    this.#running.set(text, one)
  }

  end(text: string, one: Running): void {
    if (this.#running.get(text) === one) this.#running.delete(text)
  }

  succeeded(text: string): void {
    this.#pauses.delete(text)
    this.#held.delete(text)
  }

  failed(text: string, now: number): void {
    const ms = Math.min((this.#pauses.get(text)?.ms ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
    makeRoom(this.#pauses)
    this.#pauses.set(text, { until: now + ms, ms })
  }

  /** For how long refreshes of this process have found the same lease, in milliseconds. */
  heldFor(text: string, by: string, now: number): number {
    const before = this.#held.get(text)
    if (before?.by === by) return now - before.since
    makeRoom(this.#held)
    this.#held.set(text, { by, since: now })
    return 0
  }
}

/** Computes an expired entry again after the caller has been served: once, here and in all processes. */
export function refreshInBackground(computation: Omit<Computation, 'flight'>): void {
  const { plan, identity } = computation
  const { text, hash } = identity
  const { monotonic, soon } = plan.surroundings
  if (!plan.refreshes.mayStart(plan, text, monotonic())) return
  // A flight of its own that no call joins: callers get the stale result meanwhile.
  const flight = plan.flights.start(text, { joinable: false })
  const one = { flight, since: monotonic() }
  plan.refreshes.start(text, one)
  holdKey(plan, identity)
  const work = soon(() => run(once({ ...computation, flight })))
  const refresh = work
    .then(
      () => plan.refreshes.succeeded(text),
      (error) => {
        plan.refreshes.failed(text, monotonic())
        tellProblem(plan, 'refresh', hash, asError(error))
      },
    )
    .finally(() => {
      plan.refreshes.end(text, one)
      plan.flights.end(flight)
    })
  flight.landing = refresh.then(() => undefined)
  handOver(plan, refresh)
}

function* once(computation: Computation): Steps<void> {
  const { plan, call, identity, flight } = computation
  if (hasStrayed(plan, call.self, call.args, identity)) return
  checkUnhash(plan, identity)
  const pickledKey = pickleKey(plan, identity)
  flight.limits = limitsOf(plan, {})
  if (flight.limits !== undefined) yield* enterLimits(plan, flight)
  const turn = yield* turnOf(computation)
  if (turn === undefined) return
  // The call has been answered long ago: this run is none of it.
  const { onRun: _, ...own } = call
  yield* compute({ plan, call: own, identity, flight }, turn, pickledKey)
}

function* turnOf({ plan, call, identity, flight }: Computation): Steps<OwnTurn | undefined> {
  const turn = yield* tryTurn(plan, identity, { maxAge: call.maxAge, flight })
  if (turn?.kind !== 'held') return turn
  if (turn.by === undefined) return undefined
  const heldFor = plan.refreshes.heldFor(identity.text, turn.by, plan.surroundings.monotonic())
  const isHung = heldHere(plan, identity)?.overdue === true || heldFor >= plan.waitTimeout
  return isHung ? { kind: 'timeout', from: turn.by } : undefined
}

/** Hands work that goes on after the call to the host. */
export function handOver(plan: Plan, work: Promise<unknown>): void {
  const failed = (error: unknown) => tellProblem(plan, 'waitUntil', undefined, asError(error))
  try {
    const answer: unknown = plan.waitUntil?.(work)
    if (isThenable(answer)) answer.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}
