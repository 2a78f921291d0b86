import { OptionError } from '@persist/errors'
import type { Overrides } from '../face/persisted.ts'
import { milliseconds } from '../plan/duration.ts'
import type { Plan } from '../plan/plan.ts'
import { answer, plain } from './call.ts'

const KNOWN = new Set(['maxAge', 'refresh', 'bypass', 'signal'])

/** The function with overrides for the calls that follow. */
export function callWith(plan: Plan, overrides: Overrides): (this: unknown, ...args: unknown[]) => unknown {
  const unknown = Object.keys(overrides).find((name) => !KNOWN.has(name))
  if (unknown !== undefined) {
    throw new OptionError(`with() knows maxAge, refresh, bypass and signal, not ${unknown}`, { option: unknown })
  }
  const { refresh = false, bypass = false, signal } = overrides
  const maxAge = overrides.maxAge === undefined ? Number.POSITIVE_INFINITY : milliseconds(overrides.maxAge, 'maxAge')
  return function (this: unknown, ...args) {
    signal?.throwIfAborted()
    const call = { self: this, args, maxAge, refresh, signal }
    return bypass ? plain(plan, call) : answer(plan, call)
  }
}
