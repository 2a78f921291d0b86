import { OptionError } from '@persist/errors'
import { fixedArguments } from '../call/arguments.ts'
import { type CacheKey, cacheKeyOf, cacheKeyOfKey } from '../call/cache-key.ts'
import { perform, type Steps } from '../concurrency/sync-or-async.ts'
import type { Context } from '../context.ts'
import { listings } from './iteration.ts'
import { defineMembers } from './members.ts'
import { clear, deleteByTag, forget, has, peek, put, size } from './methods.ts'
import { withoutListings } from './no-iteration.ts'

/** A key tells the arguments only where it is made of nothing else. */
function argumentsOfKey(context: Context, key: unknown): readonly unknown[] {
  if (!context.looksAtArguments) return []
  if (!context.ownKey && Array.isArray(key)) return key
  throw new OptionError(
    'cache.set knows the key, not the arguments that tags, ttl or shouldStore look at: use f.put(value, ...args)',
    { option: 'key' },
  )
}

/** A key that is the arguments counts as they do in a call: `[2, undefined]` is `[2]`. */
function identityOf(context: Context, key: unknown): CacheKey {
  return context.ownKey || !Array.isArray(key) ? cacheKeyOfKey(context, key) : cacheKeyOf(context, undefined, key)
}

/** `f.cache`: the results as a Map, sync or async as the store is; iterable only where keys are known. */
export function makeView(context: Context): object {
  const isAsync = context.adapter.mode === 'async'
  const act = <T>(begin: () => Steps<T>) => perform(isAsync, begin)
  const count = () => act(() => size(context))
  const view = {}
  defineMembers(view, {
    get: (key: unknown) => act(() => peek(context, identityOf(context, key))),
    has: (key: unknown) => act(() => has(context, identityOf(context, key))),
    set: (key: unknown, value: unknown) => {
      const done = act(() =>
        put(context, identityOf(context, key), value, fixedArguments(argumentsOfKey(context, key))),
      )
      return isAsync ? done : view
    },
    delete: (key: unknown) => act(() => forget(context, identityOf(context, key))),
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
