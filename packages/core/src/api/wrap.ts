import { argumentsOf, fixedArguments } from '../call/arguments.ts'
import { awaitable } from '../call/awaitable-iteration.ts'
import { cacheKeyOf } from '../call/cache-key.ts'
import { PLAIN } from '../call/call.ts'
import { Execution } from '../call/execution.ts'
import { getOrCompute, serveOrStart } from '../call/get-or-compute.ts'
import { put } from '../call/put.ts'
import { perform, type Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { explain } from '../explain/explain.ts'
import { many } from '../many/many.ts'
import { TEXT, textOf } from '../source/source-text.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { Overrides } from '../types/persisted.ts'
import { carryAttachments } from './attachments.ts'
import { createCacheView } from './cache-view.ts'
import { defineMembers } from './members.ts'
import { clear, forget, has, lookup, peek } from './methods.ts'
import { callWith } from './overrides.ts'
import { stats } from './stats.ts'

// On a well-known symbol: all copies of core in one process recognize each other's functions.
const PERSISTED = Symbol.for('@persist/core/persisted@1')
const shared = globalThis as { [PERSISTED]?: WeakSet<AnyFunction> }
shared[PERSISTED] ??= new WeakSet()
const allPersisted = shared[PERSISTED]

/** The persisted function: callable like the original, with the members of `PersistedMembers`. */
export function wrap(context: Context): AnyFunction {
  const persistedFunction = function (this: unknown, ...args: unknown[]) {
    const execution = serveOrStart(context, { self: this, args, maxAge: Number.POSITIVE_INFINITY, refresh: false })
    if (!(execution instanceof Execution)) return execution
    // The loop of `execute`, inlined to save its stack frame: see `FlightExecution`.
    while (execution.fn !== undefined) {
      try {
        execution.result = Reflect.apply(execution.fn, execution.self, execution.args)
      } catch (error) {
        execution.threw(error)
        continue
      }
      execution.returned()
    }
    return execution.result
  }
  allPersisted.add(persistedFunction)
  const isAsyncStore = context.adapter.mode === 'async'
  const act = <T>(begin: () => Steps<T>) => perform(isAsyncStore, begin)
  // `f.has(x)` is called on `f`, which is not a `self`; `f.has.call(model, x)` passes one.
  const selfOf = (self: unknown) => (self === persistedFunction ? undefined : self)

  const members = {
    original: context.original,
    dependencies: () => context.dependencies(),
    keyOf(this: unknown, ...args: unknown[]) {
      return context.key(selfOf(this), args)
    },
    has(this: unknown, ...args: unknown[]) {
      return act(() => has(context, cacheKeyOf(context, selfOf(this), args)))
    },
    peek(this: unknown, ...args: unknown[]) {
      return act(() => peek(context, cacheKeyOf(context, selfOf(this), args)))
    },
    lookup(this: unknown, ...args: unknown[]) {
      return act(() => lookup(context, cacheKeyOf(context, selfOf(this), args)))
    },
    explain(this: unknown, ...args: unknown[]) {
      return act(() => explain(context, cacheKeyOf(context, selfOf(this), args)))
    },
    refresh(this: unknown, ...args: unknown[]) {
      const refreshed = getOrCompute(context, { self: selfOf(this), args, ...PLAIN, refresh: true })
      return context.streams ? awaitable(refreshed as AsyncGenerator) : refreshed
    },
    forget(this: unknown, ...args: unknown[]) {
      return act(() => forget(context, cacheKeyOf(context, selfOf(this), args)))
    },
    put(this: unknown, value: unknown, ...args: unknown[]) {
      return act(() =>
        put(
          context,
          cacheKeyOf(context, selfOf(this), args),
          value,
          fixedArguments(argumentsOf(context, selfOf(this), args)),
        ),
      )
    },
    many(this: unknown, calls: unknown, options?: unknown) {
      return many(context, selfOf(this), calls, options)
    },
    clear: () => act(() => clear(context)),
    stats: (options?: { readonly store?: boolean }) => act(() => stats(context, options)),
    with: (overrides: Overrides) => callWith(context, overrides),
  }
  defineMembers(persistedFunction, {
    ...members,
    cache: createCacheView(context),
    get counters() {
      return { ...context.counters }
    },
  })
  Object.defineProperty(persistedFunction, TEXT, { value: JSON.stringify([textOf(context.original), context.version]) })
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(persistedFunction, property, { value: context.original[property], configurable: true })
  }
  carryAttachments(context.original, persistedFunction)
  return persistedFunction
}

/** Whether a value was created by {@link wrap}, also of another copy of core. */
export function isPersisted(value: unknown): boolean {
  return typeof value === 'function' && allPersisted.has(value as AnyFunction)
}
