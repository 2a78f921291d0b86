import type { Dependency } from '@persist/core'
import { OptionError } from '@persist/errors'
import { canonical } from '@persist/key'
import { stateOf } from './closure/state.ts'
import { digestOf } from './files/digest.ts'
import { toCall } from './to-call.ts'

/**
 * Results depend on values that are in no argument: a variable that the function captures, the version of a build. They count
 * as keys do: plain data, dates, maps and sets by content. The values are those at the time of this call.
 *
 * @throws KeyError for a value without a stable identity, such as a function.
 *
 * @example
 * ```ts
 * const k = 3
 * const scale = persist((x: number) => k * x, { funcname: 'scale', dependsOn: [value({ k })] })
 * ```
 */
export function value(values: Readonly<Record<string, unknown>>): Dependency {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new OptionError('value takes an object, which names each value: value({ k })', { option: 'dependsOn' })
  }
  const parts = Object.entries(values).map(([name, one]) => ({ name, digest: digestOf(canonical(one)) }))
  const state = stateOf(parts)
  return { name: `value(${Object.keys(values).sort().join(', ')})`, read: () => state }
}

toCall(value, 'value({ k })')
