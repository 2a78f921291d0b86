import { plain } from '../call/bypass.ts'
import { answer } from '../call/get-or-compute.ts'
import type { Plan } from '../context.ts'
import { milliseconds } from '../options/duration.ts'
import { checkOverrides } from '../options/validate.ts'
import type { Overrides } from '../types/persisted.ts'

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
