import type { Dependency } from '@persist/core'
import { OptionError } from '@persist/errors'
import { stateOf } from './closure/state.ts'
import { digestOf } from './files/digest.ts'
import { toCall } from './to-call.ts'

/**
 * Results depend on environment variables, as they are when the function is wrapped. A variable that is not set differs from an
 * empty one. The store keeps a digest of each value, from which a short value can be guessed: name no passwords.
 *
 * @example
 * ```ts
 * const format = persist((time: number) => new Date(time).toString(), { funcname: 'format', dependsOn: [env('TZ', 'LANG')] })
 * ```
 */
export function env(...names: readonly [string, ...string[]]): Dependency {
  if (names.length === 0 || (names as readonly unknown[]).some((name) => typeof name !== 'string' || name === '')) {
    throw new OptionError('env takes names of environment variables', { option: 'dependsOn' })
  }
  const digest = (name: string) => {
    const value = process.env[name]
    return value === undefined ? 'not set' : digestOf(`${name}=${value}`)
  }
  return {
    name: `env(${names.join(', ')})`,
    read: () => stateOf(names.map((name) => ({ name: `$${name}`, digest: digest(name) }))),
  }
}

toCall(env, "env('TZ')")
