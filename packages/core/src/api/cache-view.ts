import { OptionError } from '@persist/errors'
import { fixedArguments } from '../call/arguments.ts'
import { type CacheKey, cacheKeyOf, cacheKeyOfKey } from '../call/cache-key.ts'
import { put } from '../call/put.ts'
import { perform, type Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { listings } from './iteration.ts'
import { defineMembers } from './members.ts'
import { clear, deleteByTag, forget, has, peek, size } from './methods.ts'
import { withoutListings } from './no-iteration.ts'

/** The arguments that a key consists of, for the options that need them. */
function argumentsOfKey(context: Context, key: unknown): readonly unknown[] {
  if (!context.looksAtArguments) return []
  if (!context.ownKey && Array.isArray(key)) return key
  throw new OptionError(
    'cache.set has only the key, but tags, ttl or shouldStore need the arguments: use f.put(value, ...args)',
    { option: 'key' },
  )
}

/** The identity of a key. A key that is an array of arguments is treated as in a call: `[2, undefined]` is `[2]`. */
function cacheKeyFrom(context: Context, key: unknown): CacheKey {
  return context.ownKey || !Array.isArray(key) ? cacheKeyOfKey(context, key) : cacheKeyOf(context, undefined, key)
}

/** Creates `f.cache`: the results as a Map, sync or async as the store; iterable only if keys are known. */
export function createCacheView(context: Context): object {
  const isAsync = context.adapter.mode === 'async'
  const act = <T>(begin: () => Steps<T>) => perform(isAsync, begin)
  const count = () => act(() => size(context))
  const view = {}
  defineMembers(view, {
    get: (key: unknown) => act(() => peek(context, cacheKeyFrom(context, key))),
    has: (key: unknown) => act(() => has(context, cacheKeyFrom(context, key))),
    set: (key: unknown, value: unknown) => {
      const done = act(() =>
        put(context, cacheKeyFrom(context, key), value, fixedArguments(argumentsOfKey(context, key))),
      )
      return isAsync ? done : view
    },
    delete: (key: unknown) => act(() => forget(context, cacheKeyFrom(context, key))),
    clear: () => act(() => clear(context)),
    deleteByTag: (tag: string) => act(() => deleteByTag(context, tag)),
  })
  const counting = {
    get size() {
      return count()
    },
  }
  defineMembers(view, isAsync ? { size: count } : counting)
  defineMembers(view, context.storekey || context.unhash !== undefined ? listings(context) : withoutListings(context))
  return view
}
