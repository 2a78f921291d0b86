import { randomBytes } from 'node:crypto'
import type { Recorder } from '@persist/core'
import { OptionError } from '@persist/errors'
import { envDigest } from '../kinds/env.ts'
import { currentTrace } from '../tracing.ts'

// On a well-known symbol: a run may read by several copies of this package.
const SALTS = Symbol.for('@persist/inputs/salts@1')
const shared = globalThis as { [SALTS]?: WeakMap<Recorder, string> }
shared[SALTS] ??= new WeakMap()
/** One salt for each run, so that a variable that is read twice has one digest. */
const salts = shared[SALTS]

/**
 * The value of an environment variable. In a function with `trace: true` it becomes an input of the result. The entry has
 * only a salted digest of the value, from which a short value can be guessed.
 *
 * @example
 * ```ts
 * const greet = persist((name: string) => `${env('GREETING') ?? 'Hello'}, ${name}`, { funcname: 'greet', trace: true })
 * ```
 */
export function env(name: string): string | undefined {
  if (typeof name !== 'string' || name === '') {
    throw new OptionError('env takes the name of an environment variable', { option: 'name' })
  }
  const value = process.env[name]
  const trace = currentTrace()
  if (trace !== undefined) {
    const detail = saltOf(trace)
    const isUnchanged = () => process.env[name] === value
    trace.add({ kind: 'env', name, digest: envDigest(name, value, detail), detail, isUnchanged })
  }
  return value
}

function saltOf(trace: Recorder): string {
  let salt = salts.get(trace)
  if (salt === undefined) {
    salt = randomBytes(12).toString('base64url')
    salts.set(trace, salt)
  }
  return salt
}
