import { identifyKey } from '../call/identity.ts'
import { perform, type Steps } from '../call/steps.ts'
import { defineMembers } from '../face/members.ts'
import type { Plan } from '../plan/plan.ts'
import { listings } from './listing.ts'
import { withoutListings } from './no-listing.ts'
import { clear, deleteByTag, has, peek, put, remove, size } from './verbs.ts'

/** `f.cache`: the results as a Map, sync or async as the store is; iterable only where keys are known. */
export function makeView(plan: Plan): object {
  const isAsync = plan.adapter.mode === 'async'
  const act = <T>(begin: () => Steps<T>) => perform(isAsync, begin)
  const view = {}
  defineMembers(view, {
    get: (key: unknown) => act(() => peek(plan, identifyKey(plan, key))),
    has: (key: unknown) => act(() => has(plan, identifyKey(plan, key))),
    set: (key: unknown, value: unknown) => {
      const done = act(() => put(plan, identifyKey(plan, key), value, []))
      return isAsync ? done : view
    },
    delete: (key: unknown) => act(() => remove(plan, identifyKey(plan, key))),
    clear: () => act(() => clear(plan)),
    deleteByTag: (tag: string) => act(() => deleteByTag(plan, tag)),
  })
  const count = () => act(() => size(plan))
  Object.defineProperty(view, 'size', {
    configurable: true,
    ...(isAsync ? { value: count, writable: true } : { get: count }),
  })
  const hasKeys = plan.storekey || plan.unhash !== undefined
  defineMembers(view, hasKeys ? listings(plan) : withoutListings(plan))
  return view
}
