import { bypass } from '../call/bypass.ts'
import { getOrCompute } from '../call/get-or-compute.ts'
import type { Context } from '../context.ts'
import { milliseconds } from '../options/duration.ts'
import { validateOverrides } from '../options/validate.ts'
import type { Overrides } from '../types/persisted.ts'

/** The function with overrides for its calls. */
export function callWith(context: Context, overrides: Overrides): (this: unknown, ...args: unknown[]) => unknown {
  validateOverrides(overrides)
  const { refresh = false, bypass: bypasses = false, signal } = overrides
  const maxAge = overrides.maxAge === undefined ? Number.POSITIVE_INFINITY : milliseconds(overrides.maxAge, 'maxAge')
  return function (this: unknown, ...args) {
    const call = { self: this, args, maxAge, refresh, signal }
    return bypasses && context.mode !== 'replay' ? bypass(context, call) : getOrCompute(context, call)
  }
}
