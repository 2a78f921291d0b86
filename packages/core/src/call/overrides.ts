import type { Overrides } from '../face/persisted.ts'
import { milliseconds } from '../plan/duration.ts'
import { checkOverrides } from '../plan/options-check.ts'
import type { Plan } from '../plan/plan.ts'
import { answer } from './call.ts'
import { plain } from './plain.ts'

/** The function with overrides for the calls that follow. */
export function callWith(plan: Plan, overrides: Overrides): (this: unknown, ...args: unknown[]) => unknown {
  checkOverrides(overrides)
  const { refresh = false, bypass = false, signal } = overrides
  const maxAge = overrides.maxAge === undefined ? Number.POSITIVE_INFINITY : milliseconds(overrides.maxAge, 'maxAge')
  return function (this: unknown, ...args) {
    const call = { self: this, args, maxAge, refresh, signal }
    return bypass && plan.mode !== 'replay' ? plain(plan, call) : answer(plan, call)
  }
}
