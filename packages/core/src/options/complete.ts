import { OptionError } from '@persist/errors'
import { pickle, unpickle } from '@persist/pickle'
import { absolutePath, followsCalls, types } from '@persist/platform'
import type { Bounds } from '@persist/store'
import { Limit } from '../concurrency/limit.ts'
import type { Context } from '../context.ts'
import { requireSync } from '../runtime/require-sync.ts'
import { isThenable } from '../runtime/thenable.ts'
import { MemoryTier } from '../state/memory-tier.ts'
import { defaultRoot } from '../trace/root.ts'
import type { AnyOptions, MemoryOptions, StandardSchema } from '../types/options.ts'
import type { Runtime } from '../types/runtime.ts'
import { milliseconds } from './duration.ts'
import type { FunctionKind } from './function-kind.ts'

const DEFAULT_MEMORY = { maxEntries: 1_000, maxBytes: 64 * 1024 * 1024, maxAge: 5_000 }

/** The pickle. The bytes of an own one are copied, since they may be those of the value, which its owner may change. */
export function picklerOf({ pickle: own }: AnyOptions): Context['pickle'] {
  return own === undefined ? pickle : (value) => copied(own(value))
}

/**
 * The inverse. A user's own must not return a promise. It gets a copy of the bytes, since its value may be a view of them,
 * which a caller may change.
 */
export function unpicklerOf({ unpickle: own }: AnyOptions): Context['unpickle'] {
  return own === undefined ? unpickle : (payload) => requireSync('unpickle', own(copied(payload)))
}

/** A payload in memory of its own. A Buffer stays one. */
function copied<P>(payload: P): P {
  return types.isUint8Array(payload) ? (Uint8Array.prototype.slice.call(payload) as P & Uint8Array) : payload
}

/** The time for which a result is fresh, in milliseconds. */
export function ttlOf(options: AnyOptions): Context['ttl'] {
  const { ttl } = options
  if (ttl === undefined) return undefined
  if (typeof ttl === 'function') {
    return (result, args) => {
      const duration = requireSync('ttl', ttl(result, ...args))
      return duration === 0 ? 0 : milliseconds(duration, 'ttl')
    }
  }
  const ms = milliseconds(ttl, 'ttl')
  return () => ms
}

/** The `validate` of a schema, or a predicate in the form of one. */
export function validatorOf(validate: AnyOptions['validate']): Context['validate'] {
  if (validate === undefined) return undefined
  // A schema may be callable too, so '~standard' decides.
  if ('~standard' in validate) {
    const standard = (validate as StandardSchema)['~standard']
    return (value) => standard.validate(value)
  }
  const toResult = (fits: unknown, value: unknown) => (fits ? { value } : { issues: ['validate returned false'] })
  return (value) => {
    const fits: unknown = validate(value)
    return isThenable(fits) ? Promise.resolve(fits).then((later) => toResult(later, value)) : toResult(fits, value)
  }
}

/** The limit on concurrent runs. */
export function limitOf({ concurrency }: AnyOptions, namespace: string, kind: FunctionKind): Limit | undefined {
  if (concurrency !== undefined && kind === 'async generator') {
    throw new OptionError(
      `concurrency cannot limit ${namespace}: an async generator runs at the pace of its consumer, which may never finish`,
      { option: 'concurrency' },
    )
  }
  return concurrency === undefined || concurrency === Number.POSITIVE_INFINITY ? undefined : new Limit(concurrency)
}

/** The memory tier. */
export function memoryOf({ memory, unpickle: own }: AnyOptions, runtime: Runtime): MemoryTier | undefined {
  if (memory === undefined || memory === false) return undefined
  const options: MemoryOptions = memory === true ? {} : memory
  const bounds = {
    maxEntries: options.maxEntries ?? DEFAULT_MEMORY.maxEntries,
    maxBytes: options.maxBytes ?? DEFAULT_MEMORY.maxBytes,
    maxAge: options.maxAge === undefined ? DEFAULT_MEMORY.maxAge : milliseconds(options.maxAge, 'memory.maxAge'),
    freezes: options.values === 'frozen',
    isOwnPickle: own === undefined,
  }
  return new MemoryTier(bounds, runtime.monotonic)
}

/**
 * The root of a traced function.
 *
 * @throws OptionError on a platform that cannot follow asynchronous code, where reads after an `await` would go unnoticed; if
 * the program may not look for the root, as in Deno without `--allow-read`; and if the working directory has been deleted.
 */
export function traceRootOf({ trace }: AnyOptions): string | undefined {
  if (trace === undefined || trace === false) return undefined
  if (!followsCalls) {
    throw new OptionError('trace needs AsyncLocalStorage, which this platform does not have', { option: 'trace' })
  }
  const root = trace === true ? undefined : trace.root
  try {
    return root === undefined ? defaultRoot() : absolutePath(root)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'the working directory does not exist any more' : message
    throw new OptionError(
      `trace has no root: ${why}. Give an absolute path: trace: { root }`,
      { option: 'trace' },
      { cause },
    )
  }
}

/** The bounds on what the store keeps. */
export function boundsOf({ maxEntries, maxBytes }: AnyOptions): Bounds | undefined {
  if (maxEntries === undefined && maxBytes === undefined) return undefined
  return { ...(maxEntries !== undefined && { maxEntries }), ...(maxBytes !== undefined && { maxBytes }) }
}

/** The option in milliseconds, or its default. */
export function optional(
  options: AnyOptions,
  option: 'staleWhileRevalidate' | 'staleIfError' | 'waitTimeout',
  fallback: number,
) {
  return options[option] === undefined ? fallback : milliseconds(options[option], option)
}
