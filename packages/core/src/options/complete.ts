import { OptionError } from '@persist/errors'
import { unpickle } from '@persist/pickle'
import type { Bounds } from '@persist/store'
import { Limit } from '../concurrency/limit.ts'
import type { Context } from '../context.ts'
import { requireSync } from '../runtime/answered.ts'
import { isThenable } from '../runtime/thenable.ts'
import { MemoryTier } from '../state/memory-tier.ts'
import type { AnyOptions, MemoryOptions, StandardSchema } from '../types/options.ts'
import type { Runtime } from '../types/runtime.ts'
import { milliseconds } from './duration.ts'
import type { FunctionKind } from './function-kind.ts'

const DEFAULT_MEMORY = { maxEntries: 1_000, maxBytes: 64 * 1024 * 1024, maxAge: 5_000 }

/** The way back from a payload. The default one brings back no promise. */
export function unpicklerOf({ unpickle: own }: AnyOptions): Context['unpickle'] {
  return own === undefined ? unpickle : (payload) => requireSync('unpickle', own(payload))
}

/** How long a result is fresh, in milliseconds. */
export function ttlOf(options: AnyOptions): Context['ttl'] {
  const { ttl } = options
  if (ttl === undefined) return undefined
  if (typeof ttl === 'function') {
    return (result, args) => {
      const given = requireSync('ttl', ttl(result, ...args))
      return given === 0 ? 0 : milliseconds(given, 'ttl')
    }
  }
  const ms = milliseconds(ttl, 'ttl')
  return () => ms
}

/** A schema, or a predicate as one. */
export function validatorOf(validate: AnyOptions['validate']): Context['validate'] {
  if (validate === undefined) return undefined
  // A schema may itself be callable: its '~standard' tells.
  if ('~standard' in validate) {
    const standard = (validate as StandardSchema)['~standard']
    return (value) => standard.validate(value)
  }
  const judged = (answer: unknown, value: unknown) => (answer ? { value } : { issues: ['the predicate said no'] })
  return (value) => {
    const answer: unknown = validate(value)
    return isThenable(answer) ? Promise.resolve(answer).then((later) => judged(later, value)) : judged(answer, value)
  }
}

/** How many runs may go on at once. */
export function limitOf({ concurrency }: AnyOptions, namespace: string, kind: FunctionKind): Limit | undefined {
  if (concurrency !== undefined && kind === 'async generator') {
    throw new OptionError(
      `concurrency cannot limit ${namespace}: an async generator goes at the pace of its consumer, which may never end it`,
      { option: 'concurrency' },
    )
  }
  return concurrency === undefined || concurrency === Number.POSITIVE_INFINITY ? undefined : new Limit(concurrency)
}

/** The tier in memory. */
export function memoryOf(memory: AnyOptions['memory'], runtime: Runtime): MemoryTier | undefined {
  if (memory === undefined || memory === false) return undefined
  const given: MemoryOptions = memory === true ? {} : memory
  const bounds = {
    maxEntries: given.maxEntries ?? DEFAULT_MEMORY.maxEntries,
    maxBytes: given.maxBytes ?? DEFAULT_MEMORY.maxBytes,
    maxAge: given.maxAge === undefined ? DEFAULT_MEMORY.maxAge : milliseconds(given.maxAge, 'memory.maxAge'),
  }
  return new MemoryTier(bounds, runtime.monotonic)
}

/** What the store keeps at most. */
export function boundsOf({ maxEntries, maxBytes }: AnyOptions): Bounds | undefined {
  if (maxEntries === undefined && maxBytes === undefined) return undefined
  return { ...(maxEntries !== undefined && { maxEntries }), ...(maxBytes !== undefined && { maxBytes }) }
}

/** A time in milliseconds, or its default. */
export function optional(
  options: AnyOptions,
  option: 'staleWhileRevalidate' | 'staleIfError' | 'waitTimeout',
  otherwise: number,
) {
  return options[option] === undefined ? otherwise : milliseconds(options[option], option)
}
