import type { Plan } from '../plan/plan.ts'
import type { Call } from './call.ts'
import { Course, fly } from './course.ts'
import { limitsOf } from './limit.ts'
import { callLimited } from './limited.ts'
import { signalOf, until } from './signals.ts'
import { isThenable } from './steps.ts'

/** Of a call that no signal ends. */
export const NO_SIGNALS: readonly AbortSignal[] = []

/** The signals at which the caller leaves: that of `with`, and that among the arguments. */
export function signalsOf({ signal, args }: Call): readonly AbortSignal[] {
  if (signal === undefined && typeof args[args.length - 1] !== 'object') return NO_SIGNALS
  const among = signalOf(args)
  if (signal === undefined) return among === undefined ? NO_SIGNALS : [among]
  return among === undefined || among === signal ? [signal] : [signal, among]
}

/** Calls the original, sync or async as the persisted function, and leaves the store alone. */
export function plain(plan: Plan, call: Call): unknown {
  const begun = beginPlain(plan, call)
  return begun instanceof Course ? fly(begun) : begun
}

/** As {@link plain}, but a call that has to wait for nothing comes back as a {@link Course}, for the caller to run it. */
export function beginPlain(plan: Plan, call: Call): unknown {
  if (plan.streams) return plan.original.apply(call.self, [...call.args])
  try {
    call.signal?.throwIfAborted()
    const limits = limitsOf(plan, call)
    return limits === undefined ? new PlainCourse(plan, call) : settled(plan, call, callLimited(plan, call, limits))
  } catch (error) {
    if (plan.isAsync) return Promise.reject(error)
    throw error
  }
}

/** A call of the original alone, with one small frame of ours on the stack. */
class PlainCourse extends Course {
  readonly #plan: Plan
  readonly #call: Call

  constructor(plan: Plan, call: Call) {
    super()
    this.#plan = plan
    this.#call = call
    call.onRun?.()
    this.fn = plan.original
    this.self = call.self
    this.args = [...call.args]
  }

  returned(): void {
    this.fn = undefined
    this.result = settled(this.#plan, this.#call, this.result)
  }

  threw(error: unknown): void {
    this.fn = undefined
    if (!this.#plan.isAsync) throw error
    this.result = Promise.reject(error)
  }
}

function settled(plan: Plan, call: Call, result: unknown): unknown {
  if (!isThenable(result)) return plan.isAsync ? Promise.resolve(result) : result
  // The function sees the signal among its arguments itself.
  if (call.signal !== undefined) return until(result, [call.signal], () => {})
  return plan.adapter.mode === 'async' ? Promise.resolve(result) : result
}
