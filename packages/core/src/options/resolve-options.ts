import { OptionError } from '@persist/errors'
import { createPickle, pickle } from '@persist/pickle'
import { DEPENDENCY_NAMESPACE } from '@persist/store/kit'
import { auditCaptured } from '../audit/audit.ts'
import { collecting } from '../call/chunks.ts'
import { defaultHash, keyFunction } from '../call/key-function.ts'
import { isCallUnchanged } from '../call/nested-call.ts'
import { reportProblem } from '../call/store-guard.ts'
import { Flights } from '../concurrency/flights.ts'
import type { Context } from '../context.ts'
import { Reporter } from '../events/reporter.ts'
import { becauseOf } from '../explain/because.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { requireSync } from '../runtime/require-sync.ts'
import { readsThis } from '../source/reads-this.ts'
import { hasIdentity, sourceOf, takesArguments } from '../source/source-text.ts'
import { BackgroundRefreshes } from '../state/background-refreshes.ts'
import { Broadcasts } from '../state/broadcasts.ts'
import { circuitOf } from '../state/circuit.ts'
import { newCounters } from '../state/counters.ts'
import { Peers } from '../state/peers.ts'
import { PendingChanges } from '../state/pending-changes.ts'
import { UnstorableResults } from '../state/unstorable-results.ts'
import { WriteCounter } from '../state/write-counter.ts'
import { privateStores } from '../stores/memory-shared.ts'
import { resolveStore } from '../stores/resolve.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'
import type { Runtime } from '../types/runtime.ts'
import { verifierOf } from '../verify/verifier.ts'
import { claimNamespace } from './claim-namespace.ts'
import { codecSettingsOf } from './codec-settings-of.ts'
import {
  boundsOf,
  limitOf,
  memoryOf,
  optional,
  picklerOf,
  traceRootOf,
  ttlOf,
  unpicklerOf,
  validatorOf,
} from './complete.ts'
import { announceVersion, recorderOf } from './dependency-record.ts'
import { modeSetting, variable, verbosityOf } from './environment.ts'
import { kindOf } from './function-kind.ts'
import { validateOptions } from './validate.ts'
import { hashWithVersion, unhashWithoutVersion, versionOf } from './version.ts'

/** Where a function is defined: by itself, or as a method of a class. */
export type Place = 'function' | 'instance method' | 'static method'

const DEFAULT_CACHE = 'file://persist'
const DEFAULT_WAIT_MS = 10 * 60_000

/** Where a wrapped function comes from. */
export interface FunctionOrigin {
  readonly place: Place
  /** The name of a decorated method, which the function itself may not have. */
  readonly name?: string
}

/**
 * Checks and completes the options of one function. Every mistake that can be found at wrap time is reported here.
 *
 * @throws OptionError, UnknownStoreError, StoreNotInstalledError, DuplicateNamespaceError
 */
export function resolveOptions(
  original: AnyFunction,
  options: AnyOptions,
  origin: FunctionOrigin,
  runtime: Runtime,
  entry: AnyFunction,
): Context {
  validateOptions(options)
  const { env } = runtime
  const namespace = options.funcname ?? nameOf(original, origin)
  if (namespace === DEPENDENCY_NAMESPACE) {
    throw new OptionError(`funcname cannot be ${namespace}, where stores note what functions depend on`, {
      option: 'funcname',
    })
  }
  const isMethod = origin.place !== 'function'
  // A subclass inherits static methods, with another `this`.
  const needsKey = origin.place === 'instance method' || (origin.place === 'static method' && readsThis(original))
  if (needsKey && options.key === undefined) {
    throw new OptionError(
      `the method ${namespace} needs the option key: a function (self, ...args) that identifies the instance and the call`,
      { option: 'key' },
    )
  }
  const cache = options.cache ?? (variable(env, 'PERSIST_CACHE') || DEFAULT_CACHE)
  const adapter = resolveStore(cache, env, options.storeOptions)
  const kind = kindOf(original)
  if (kind === 'generator') {
    throw new OptionError(`${namespace} is a generator, which can be persisted as an async generator only`, {
      option: 'function',
    })
  }
  const declaredAsync = kind !== 'function' || options.async === true
  if (options.cache === undefined && adapter.mode === 'async' && !declaredAsync) {
    throw new OptionError(
      `PERSIST_CACHE names an asynchronous store, but ${namespace} is not declared async: write async (…) => …, or give it the option async: true if it returns a promise, or the option cache`,
      { option: 'cache' },
    )
  }
  const reporter = new Reporter(namespace, {
    verbosity: options.verbosity ?? verbosityOf(env),
    report: options.report,
    stderr: runtime.stderr,
    monotonic: runtime.monotonic,
  })
  const { mode, verifyRate } = modeSetting(env)
  const bounds = boundsOf(options)
  const store = adapter.open(namespace, {
    ...(bounds !== undefined && { bounds }),
    report: (problem) => reportProblem(context, 'store', undefined, problem),
  })
  if (typeof store?.get !== 'function') {
    throw new OptionError(`${adapter.name} opens no store: open must return one synchronously`, { option: 'cache' })
  }
  const source = sourceOf(original)
  const ofNoOther = privateStores.has(adapter) ? adapter : undefined
  claimNamespace(adapter.name, namespace, original, { entry, env, source, private: ofNoOther })
  const pickleValue = picklerOf(options)
  const unpickleValue = unpicklerOf(options)
  const { version, dependencies, isRecorded } = versionOf(original, options, namespace)
  const staleWhileRevalidate = optional(options, 'staleWhileRevalidate', 0)
  const staleIfError = optional(options, 'staleIfError', 0)
  const copy = (chunk: unknown) =>
    isChangeable(chunk) ? (requireSync('unpickle', unpickleValue(pickleValue([chunk]))) as unknown[])[0] : chunk
  const memory = memoryOf(options, runtime)
  const flights = new Flights()
  const changes = new PendingChanges()
  const peers = new Peers(adapter.name, namespace, {
    fence: (canonicalKey) => flights.fence(canonicalKey),
    fenceTag: (tag) => {
      flights.fenceTag(tag)
      memory?.noteDeletedTag(tag)
    },
    outdate: (canonicalKey) => flights.outdate(canonicalKey),
    supersede: (canonicalKey, began, result) => flights.supersede(canonicalKey, began, result),
    writes: (hash, ofAll = true) => changes.of(hash, ofAll),
    drop: (canonicalKey) => memory?.drop(canonicalKey),
    isCallUnchanged: (hash, digest, pass, maxAge = Number.POSITIVE_INFINITY) =>
      isCallUnchanged(context, { hash, digest, maxAge }, pass),
  })
  const context: Context = {
    original,
    collected: kind === 'async generator' ? collecting(original, copy) : original,
    namespace,
    adapter,
    store,
    isMethod,
    declaredAsync,
    isAsync: declaredAsync || adapter.mode === 'async',
    observed: { promises: false, values: false },
    mode,
    verify: verifyRate === undefined ? undefined : verifierOf(() => context, verifyRate),
    becauseOf: (cacheKey, missed) => becauseOf(context, cacheKey, missed),
    key: keyFunction(original, { namespace, isMethod, key: options.key }),
    ownKey: options.key !== undefined,
    hash: hashWithVersion(options.hash ?? defaultHash, version, options.versions),
    ownHash: options.hash !== undefined,
    unhash: unhashWithoutVersion(options.unhash, options.versions),
    storekey: options.storekey ?? false,
    pickle: pickleValue,
    pickleKey: options.pickle ?? (options.storekey === true ? createPickle({ binary: false }).pickle : pickle),
    unpickle: unpickleValue,
    codecs: codecSettingsOf(options, namespace),
    unstorable: new UnstorableResults(runtime.monotonic),
    metadata: options.metadata,
    ttl: ttlOf(options),
    staleWhileRevalidate,
    staleIfError,
    version,
    dependencies,
    recordDependencies: isRecorded ? recorderOf(() => context) : undefined,
    source,
    // A derived name identifies no function: bundlers rename functions, and scripts share folders.
    freshnessRules: {
      version,
      source: options.funcname === undefined ? source : undefined,
      staleWhileRevalidate,
      staleIfError,
    },
    reportsEdits: options.version === undefined && options.dependsOn === undefined,
    shouldStore: options.shouldStore && ((result, args) => options.shouldStore!(result, ...args)),
    validate: validatorOf(options.validate),
    tags: options.tags && ((result, args) => options.tags!(result, ...args)),
    looksAtArguments: [options.tags, options.ttl, options.shouldStore].some(takesArguments),
    traceRoot: traceRootOf(options),
    memory,
    limit: limitOf(options, namespace, kind),
    singleFlight: options.singleFlight ?? 'shared',
    waitTimeout: optional(options, 'waitTimeout', DEFAULT_WAIT_MS),
    throwsStoreErrors: options.onStoreError === 'throw',
    waitUntil: options.waitUntil,
    circuit: circuitOf(adapter),
    writes: bounds === undefined || adapter.supports.bounds ? undefined : new WriteCounter(bounds),
    flights,
    changes,
    peers,
    refreshes: new BackgroundRefreshes(),
    broadcasts: new Broadcasts(),
    streams: kind === 'async generator',
    counters: newCounters(),
    reporter,
    runtime,
  }
  announceVersion(context)
  if (options.audit === true) auditCaptured(context)
  return context
}

function nameOf(original: AnyFunction, origin: FunctionOrigin): string {
  const name = origin.name ?? original.name
  if (name === '') {
    throw new OptionError(
      'a function without a name needs the option funcname; minifiers remove the names of functions',
      { option: 'funcname' },
    )
  }
  if (!hasIdentity(original)) {
    throw new OptionError(
      `a function that is bound, a proxy, or compiled to bytecode or WebAssembly needs the option funcname: its name and source (${name}) do not identify it`,
      {
        option: 'funcname',
      },
    )
  }
  return name
}
