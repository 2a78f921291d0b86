import { identifyKey } from '../call/identity.ts'
import { perform, type Steps } from '../call/steps.ts'
import type { Plan } from '../plan/plan.ts'
import { listings } from './listing.ts'
import { clear, deleteByTag, has, peek, put, remove, size } from './verbs.ts'

/** `f.cache`: the results as a Map, in the colour of the store; iterable only where keys can be had. */
export function makeView(plan: Plan): object {
  const isAsync = plan.adapter.mode === 'async'
  const act = <T>(begin: () => Steps<T>) => perform(isAsync, begin)
  const view = {
    get: (key: unknown) => act(() => peek(plan, identifyKey(plan, key))),
    has: (key: unknown) => act(() => has(plan, identifyKey(plan, key))),
    set: (key: unknown, value: unknown) => {
      const done = act(() => put(plan, identifyKey(plan, key), value, []))
      return isAsync ? done : view
    },
    delete: (key: unknown) => act(() => remove(plan, identifyKey(plan, key))),
    clear: () => act(() => clear(plan)),
    deleteByTag: (tag: string) => act(() => deleteByTag(plan, tag)),
  }
  const count = () => act(() => size(plan))
  Object.defineProperty(view, 'size', isAsync ? { value: count } : { get: count })
  if (plan.storekey || plan.unhash !== undefined) Object.assign(view, listings(plan))
  return view
}
