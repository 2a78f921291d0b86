import { NotPersistedError, OptionError } from '@persist/errors'
import { resolveOptions } from '../options/resolve-options.ts'
import { realRuntime } from '../runtime/runtime.ts'
import type { AnyFunction, CacheRef } from '../types/functions.ts'
import type { AnyOptions } from '../types/options.ts'
import type { Persist } from '../types/persist.ts'
import type { Persisted } from '../types/persisted.ts'
import type { Runtime } from '../types/runtime.ts'
import {
  decorateLegacy,
  decorateStandard,
  isDecoratorContext,
  isLegacyDecoration,
  type WrapOriginal,
} from './decorators.ts'
import { isPersisted, wrap } from './wrap.ts'

/**
 * Creates a `persist` with another runtime, such as another clock, environment or stderr; mainly for tests. Parts that are
 * missing or `undefined` are those of the real runtime.
 *
 * @example
 * ```ts
 * const persist = createPersist({ now: () => Date.UTC(2026, 0, 1), env: {} })
 * ```
 */
export function createPersist(runtime: { readonly [Name in keyof Runtime]?: Runtime[Name] | undefined } = {}): Persist {
  const overrides = Object.entries(runtime).filter(([, value]) => value !== undefined)
  const all: Runtime = { ...realRuntime, ...Object.fromEntries(overrides) }
  // The user called `entry`: the stack below it shows where the function was persisted.
  const wrapFrom =
    (entry: AnyFunction): WrapOriginal =>
    (original, options, origin) =>
      wrap(resolveOptions(original, options, origin, all, entry))
  const persistAny = (first: unknown, second?: unknown, third?: unknown): unknown => {
    const wrapOriginal = wrapFrom(persistAny)
    if (isLegacyDecoration(first, second)) {
      return decorateLegacy(wrapOriginal, {}, first, second as string | symbol, third as PropertyDescriptor | undefined)
    }
    if (isDecoratorContext(second)) return decorateStandard(wrapOriginal, {}, first, second)
    if (typeof first === 'function')
      return wrapOriginal(checkedOriginal(first as AnyFunction), optionsOf(second), { place: 'function' })
    if (typeof second === 'function') throw argumentsSwapped()
    const options = optionsOf(first)
    const persistWithOptions = (subject: unknown, context?: unknown, descriptor?: unknown) => {
      const wrapOriginal = wrapFrom(persistWithOptions)
      if (isLegacyDecoration(subject, context)) {
        const property = context as unknown as string | symbol
        return decorateLegacy(wrapOriginal, options, subject, property, descriptor as PropertyDescriptor | undefined)
      }
      if (isDecoratorContext(context)) return decorateStandard(wrapOriginal, options, subject, context)
      if (typeof subject !== 'function') throw notAFunction(subject)
      // A number is the index that `map` passes.
      if (typeof context === 'object' && context !== null) throw optionsGivenTwice()
      return wrapOriginal(checkedOriginal(subject as AnyFunction), options, { place: 'function' })
    }
    return persistWithOptions
  }
  return persistAny as Persist
}

/**
 * Memoizes the results of a function in a folder, a database or any store, across calls, processes and machines.
 *
 * As `persist(fn)`, `persist(fn, options)`, `persist(options)(fn)`, `@persist` and `@persist(options)`; standard
 * decorators and those of `experimentalDecorators`, on instance and static methods.
 *
 * Over a synchronous store (`file://`, the default) a synchronous function stays synchronous; over an asynchronous one
 * (`mongodb://`) the persisted function returns promises.
 *
 * @throws OptionError for an option that is unknown or of the wrong type; UnknownStoreError and StoreNotInstalledError
 * for a cache URL without a store; DuplicateNamespaceError for a `funcname` that another function has. The persisted
 * function throws KeyError and HashError for arguments without a stable identity, HashCollisionError for two keys with
 * one hash, and the original's own errors unchanged.
 *
 * @example
 * ```ts
 * const double = persist(function double(x: number) { return 2 * x })
 * double(3)               // computed only once
 * double.cache.get([3])   // 6
 * ```
 */
export const persist: Persist = createPersist()

/**
 * Returns its argument with the type of a persisted function. For decorated methods, whose type lacks the members.
 *
 * @throws NotPersistedError for anything that is not persisted.
 *
 * @example
 * ```ts
 * persisted(model.predict).cache.size
 * ```
 */
export function persisted<
  F extends AnyFunction,
  K = unknown,
  C extends CacheRef = ReturnType<F> extends PromiseLike<unknown> | AsyncIterable<unknown> ? string : 'file://',
  Iterates extends boolean = false,
>(fn: F): Persisted<F, K, C, Iterates> {
  if (!isPersisted(fn)) {
    const name = typeof fn === 'function' ? JSON.stringify((fn as AnyFunction).name) : typeof fn
    throw new NotPersistedError(`${name} is not persisted`)
  }
  return fn as unknown as Persisted<F, K, C, Iterates>
}

function checkedOriginal(fn: AnyFunction): AnyFunction {
  if (/^class\b/.test(Function.prototype.toString.call(fn))) {
    throw new OptionError(`persist takes functions; ${fn.name} is a class`, { option: 'function' })
  }
  return fn
}

function optionsOf(value: unknown): AnyOptions {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null) throw notAFunction(value)
  return value as AnyOptions
}

function argumentsSwapped(): OptionError {
  return new OptionError('persist takes the function first: write persist(fn, options), or persist(options)(fn)', {
    option: 'function',
  })
}

function optionsGivenTwice(): OptionError {
  return new OptionError('persist(options)(fn) takes no further options: pass all options in the first call', {
    option: 'function',
  })
}

function notAFunction(value: unknown): OptionError {
  return new OptionError(
    `persist takes a function and an object of options, not ${value === null ? 'null' : typeof value}`,
    {
      option: 'function',
    },
  )
}
