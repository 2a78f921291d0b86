import { OptionError } from '@persist/errors'
import { unchanging } from '../call/arguments.ts'
import { type Identity, identify, identifyKey } from '../call/cache-key.ts'
import { perform, type Steps } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import { listings } from './iteration.ts'
import { defineMembers } from './members.ts'
import { clear, deleteByTag, has, peek, put, remove, size } from './methods.ts'
import { withoutListings } from './no-iteration.ts'

/** A key tells the arguments only where it is made of nothing else. */
function argumentsOfKey(plan: Plan, key: unknown): readonly unknown[] {
  if (!plan.looksAtArguments) return []
  if (!plan.ownKey && Array.isArray(key)) return key
  throw new OptionError(
    'cache.set knows the key, not the arguments that tags, ttl or shouldStore look at: use f.put(value, ...args)',
    { option: 'key' },
  )
}

/** A key that is the arguments counts as they do in a call: `[2, undefined]` is `[2]`. */
function identityOf(plan: Plan, key: unknown): Identity {
  return plan.ownKey || !Array.isArray(key) ? identifyKey(plan, key) : identify(plan, undefined, key)
}

/** `f.cache`: the results as a Map, sync or async as the store is; iterable only where keys are known. */
export function makeView(plan: Plan): object {
  const isAsync = plan.adapter.mode === 'async'
  const act = <T>(begin: () => Steps<T>) => perform(isAsync, begin)
  const count = () => act(() => size(plan))
  const view = {}
  defineMembers(view, {
    get: (key: unknown) => act(() => peek(plan, identityOf(plan, key))),
    has: (key: unknown) => act(() => has(plan, identityOf(plan, key))),
    set: (key: unknown, value: unknown) => {
      const done = act(() => put(plan, identityOf(plan, key), value, unchanging(argumentsOfKey(plan, key))))
      return isAsync ? done : view
    },
    delete: (key: unknown) => act(() => remove(plan, identityOf(plan, key))),
    clear: () => act(() => clear(plan)),
    deleteByTag: (tag: string) => act(() => deleteByTag(plan, tag)),
  })
  const counting = {
    get size() {
      return count()
    },
  }
  defineMembers(view, isAsync ? { size: count } : counting)
  defineMembers(view, plan.storekey || plan.unhash !== undefined ? listings(plan) : withoutListings(plan))
  return view
}
