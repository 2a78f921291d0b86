import { KeyError, OptionError } from '@persist/errors'
import { sha256 } from '@persist/hash'
import { positional } from '@persist/key'
import { pickle, unpickle } from '@persist/pickle'
import type { Bounds } from '@persist/store'
import { Refreshes } from '../call/behind.ts'
import { Broadcasts } from '../call/broadcast.ts'
import { Flights } from '../call/flight.ts'
import { withoutSignal } from '../call/signals.ts'
import { Tidying } from '../call/tidying.ts'
import type { AnyFunction, CacheRef } from '../face/types.ts'
import { circuitOf } from '../store/circuit.ts'
import { MemoryTier } from '../store/memory-tier.ts'
import { resolveStore } from '../store/resolve.ts'
import { Reporter } from '../telling/report.ts'
import { sourceOf } from '../telling/source.ts'
import { newCounters } from './counters.ts'
import { milliseconds } from './duration.ts'
import { callMode, verbosityOf } from './environment.ts'
import { collecting, kindOf } from './kinds.ts'
import { claimNamespace } from './namespaces.ts'
import type { MemoryOptions, Options, StandardSchema } from './options.ts'
import { checkOptions } from './options-check.ts'
import type { Plan } from './plan.ts'
import type { Surroundings } from './surroundings.ts'

/** Options of any function. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments and results of all functions there are
export type AnyOptions = Options<any[], any, any, CacheRef>

/** Where a function was found: by itself, or as a method of a class. */
export type Place = 'function' | 'instance method' | 'static method'

const DEFAULT_CACHE = 'file://persist'
const DEFAULT_WAIT_MS = 10 * 60_000
const DEFAULT_MEMORY = { maxEntries: 1_000, maxBytes: 64 * 1024 * 1024, maxAge: 5_000 }

/**
 * Checks and completes the options of one function: everything that can be wrong at wrap time is found here.
 *
 * @throws OptionError, UnknownStoreError, StoreNotInstalledError, DuplicateNamespaceError
 */
export function draft(original: AnyFunction, options: AnyOptions, place: Place, surroundings: Surroundings): Plan {
  checkOptions(options)
  const { env } = surroundings
  const namespace = options.funcname ?? original.name
  if (namespace === '') {
    throw new OptionError('a function without a name needs the option funcname', { option: 'funcname' })
  }
  const isMethod = place !== 'function'
  if (place === 'instance method' && options.key === undefined) {
    throw new OptionError(
      `the method ${namespace} needs the option key: (self, ...args) => what identifies the instance and the call`,
      { option: 'key' },
    )
  }
  const adapter = resolveStore(options.cache ?? env.PERSIST_CACHE ?? DEFAULT_CACHE, env, options.storeOptions)
  const kind = kindOf(original)
  if (kind === 'generator') {
    throw new OptionError(`${namespace} is a generator, which can be persisted as an async generator only`, {
      option: 'function',
    })
  }
  const declaredAsync = kind !== 'function'
  if (options.cache === undefined && adapter.mode === 'async' && !declaredAsync) {
    throw new OptionError(
      `PERSIST_CACHE names an asynchronous store, which would make the synchronous function ${namespace} answer with promises: make it async, or give it the option cache`,
      { option: 'cache' },
    )
  }
  const reporter = new Reporter(namespace, {
    verbosity: options.verbosity ?? verbosityOf(env),
    report: options.report,
    stderr: surroundings.stderr,
  })
  const bounds = boundsOf(options)
  const store = adapter.open(namespace, {
    ...(bounds !== undefined && { bounds }),
    report: (problem) => {
      plan.counters.errors++
      reporter.tell('problem', { operation: 'store', error: problem })
    },
  })
  claimNamespace(adapter.name, namespace, original)
  const plan: Plan = {
    original,
    whole: kind === 'async generator' ? collecting(original) : original,
    namespace,
    adapter,
    store,
    isMethod,
    declaredAsync,
    isAsync: declaredAsync || adapter.mode === 'async',
    mode: callMode(env),
    key: keyOf(original, options, isMethod, namespace),
    ownKey: options.key !== undefined,
    hash: options.hash ?? ((_key, canonicalKey) => sha256(canonicalKey)),
    ownHash: options.hash !== undefined,
    unhash: options.unhash,
    storekey: options.storekey ?? false,
    pickle: options.pickle ?? pickle,
    unpickle: options.unpickle ?? unpickle,
    metadata: options.metadata,
    ttl: ttlOf(options),
    staleWhileRevalidate: optional(options, 'staleWhileRevalidate', 0),
    staleIfError: optional(options, 'staleIfError', 0),
    version: versionOf(original, options),
    shouldStore: options.shouldStore && ((result, args) => options.shouldStore!(result, ...args)),
    validate: validatorOf(options.validate),
    tags: options.tags && ((result, args) => options.tags!(result, ...args)),
    memory: memoryOf(options.memory, surroundings),
    singleFlight: options.singleFlight ?? 'shared',
    waitTimeout: optional(options, 'waitTimeout', DEFAULT_WAIT_MS),
    throwsStoreErrors: options.onStoreError === 'throw',
    waitUntil: options.waitUntil,
    source: options.version === undefined && options.dependsOn === undefined ? sourceOf(original) : undefined,
    circuit: circuitOf(adapter),
    tidying: bounds === undefined || adapter.supports.bounds ? undefined : new Tidying(bounds),
    flights: new Flights(),
    refreshes: new Refreshes(),
    broadcasts: new Broadcasts(),
    streams: kind === 'async generator',
    counters: newCounters(),
    reporter,
    surroundings,
  }
  return plan
}

function keyOf(original: AnyFunction, options: AnyOptions, isMethod: boolean, namespace: string): Plan['key'] {
  const { key } = options
  if (key !== undefined)
    return isMethod ? (self, args) => key(self, ...args) : (self, args) => key.apply(self, [...args])
  const dropUndefined = positional(original)
  const positionalKey = (args: readonly unknown[]) => dropUndefined(withoutSignal(args))
  // Only a function that says `this` can depend on it; being called as a method means nothing by itself.
  if (isMethod || !/\b(this|super)\b/.test(Function.prototype.toString.call(original))) {
    return (_self, args) => positionalKey(args)
  }
  return (self, args) => {
    if (self === undefined || self === null || self === globalThis) return positionalKey(args)
    throw new KeyError(`${namespace} uses this, which the default key does not know: give it the option key`, 'this')
  }
}

function ttlOf(options: AnyOptions): Plan['ttl'] {
  const { ttl } = options
  if (ttl === undefined) return undefined
  if (typeof ttl === 'function') {
    return (result, args) => {
      const given = ttl(result, ...args)
      return given === 0 ? 0 : milliseconds(given, 'ttl')
    }
  }
  const ms = milliseconds(ttl, 'ttl')
  return () => ms
}

function versionOf(original: AnyFunction, options: AnyOptions): string | undefined {
  const { version, dependsOn } = options
  if (dependsOn === undefined) return version
  const sources = [original, ...dependsOn].map((one) => Function.prototype.toString.call(one))
  return `${version ?? ''}#${sha256(JSON.stringify(sources))}`
}

function validatorOf(validate: AnyOptions['validate']): Plan['validate'] {
  if (validate === undefined) return undefined
  // A schema may itself be callable: its '~standard' tells.
  if ('~standard' in validate) {
    const standard = (validate as StandardSchema)['~standard']
    return (value) => standard.validate(value)
  }
  return (value) => (validate(value) ? { value } : { issues: ['the predicate said no'] })
}

function memoryOf(memory: AnyOptions['memory'], surroundings: Surroundings): MemoryTier | undefined {
  if (memory === undefined || memory === false) return undefined
  const given: MemoryOptions = memory === true ? {} : memory
  const bounds = {
    maxEntries: given.maxEntries ?? DEFAULT_MEMORY.maxEntries,
    maxBytes: given.maxBytes ?? DEFAULT_MEMORY.maxBytes,
    maxAge: given.maxAge === undefined ? DEFAULT_MEMORY.maxAge : milliseconds(given.maxAge, 'memory.maxAge'),
  }
  return new MemoryTier(bounds, surroundings.monotonic)
}

function boundsOf({ maxEntries, maxBytes }: AnyOptions): Bounds | undefined {
  if (maxEntries === undefined && maxBytes === undefined) return undefined
  return { ...(maxEntries !== undefined && { maxEntries }), ...(maxBytes !== undefined && { maxBytes }) }
}

function optional(
  options: AnyOptions,
  option: 'staleWhileRevalidate' | 'staleIfError' | 'waitTimeout',
  otherwise: number,
) {
  return options[option] === undefined ? otherwise : milliseconds(options[option], option)
}
