import { argumentsOf, unchanging } from '../call/arguments.ts'
import { identify } from '../call/cache-key.ts'
import { PLAIN } from '../call/call.ts'
import { Course } from '../call/execution.ts'
import { answer, begin } from '../call/get-or-compute.ts'
import { perform, type Steps } from '../concurrency/sync-or-async.ts'
import type { Plan } from '../context.ts'
import { many } from '../many/many.ts'
import { TEXT, textOf } from '../source/source-text.ts'
import type { AnyFunction } from '../types/functions.ts'
import type { Overrides } from '../types/persisted.ts'
import { carryAttachments } from './attachments.ts'
import { makeView } from './cache-view.ts'
import { defineMembers } from './members.ts'
import { clear, has, lookup, peek, put, remove } from './methods.ts'
import { callWith } from './overrides.ts'
import { stats } from './stats.ts'

// On a well-known symbol: each copy of core in one process knows what another one made.
const PERSISTED = Symbol.for('@persist/core/persisted@1')
const shared = globalThis as { [PERSISTED]?: WeakSet<AnyFunction> }
shared[PERSISTED] ??= new WeakSet()
const allPersisted = shared[PERSISTED]

/** The persisted function: calls like the original, with the members of `PersistedMembers` on it. */
export function wrap(plan: Plan): AnyFunction {
  const persistedFunction = function (this: unknown, ...args: unknown[]) {
    const course = begin(plan, { self: this, args, maxAge: Number.POSITIVE_INFINITY, refresh: false })
    if (!(course instanceof Course)) return course
    // As `fly` does it, without a frame of its own: see Course.
    while (course.fn !== undefined) {
      try {
        course.result = Reflect.apply(course.fn, course.self, course.args)
      } catch (error) {
        course.threw(error)
        continue
      }
      course.returned()
    }
    return course.result
  }
  allPersisted.add(persistedFunction)
  const isAsyncStore = plan.adapter.mode === 'async'
  const act = <T>(begin: () => Steps<T>) => perform(isAsyncStore, begin)
  // `f.has(x)` is called on `f` itself, which is no `self`; `f.has.call(model, x)` names one.
  const selfOf = (self: unknown) => (self === persistedFunction ? undefined : self)

  const members = {
    original: plan.original,
    keyOf(this: unknown, ...args: unknown[]) {
      return plan.key(selfOf(this), args)
    },
    has(this: unknown, ...args: unknown[]) {
      return act(() => has(plan, identify(plan, selfOf(this), args)))
    },
    peek(this: unknown, ...args: unknown[]) {
      return act(() => peek(plan, identify(plan, selfOf(this), args)))
    },
    lookup(this: unknown, ...args: unknown[]) {
      return act(() => lookup(plan, identify(plan, selfOf(this), args)))
    },
    refresh(this: unknown, ...args: unknown[]) {
      return answer(plan, { self: selfOf(this), args, ...PLAIN, refresh: true })
    },
    forget(this: unknown, ...args: unknown[]) {
      return act(() => remove(plan, identify(plan, selfOf(this), args)))
    },
    put(this: unknown, value: unknown, ...args: unknown[]) {
      return act(() =>
        put(plan, identify(plan, selfOf(this), args), value, unchanging(argumentsOf(plan, selfOf(this), args))),
      )
    },
    many(this: unknown, calls: unknown, options?: unknown) {
      return many(plan, selfOf(this), calls, options)
    },
    clear: () => act(() => clear(plan)),
    stats: (options?: { readonly store?: boolean }) => act(() => stats(plan, options)),
    with: (overrides: Overrides) => callWith(plan, overrides),
  }
  defineMembers(persistedFunction, {
    ...members,
    cache: makeView(plan),
    get counters() {
      return { ...plan.counters }
    },
  })
  Object.defineProperty(persistedFunction, TEXT, { value: JSON.stringify([textOf(plan.original), plan.version]) })
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(persistedFunction, property, { value: plan.original[property], configurable: true })
  }
  carryAttachments(plan.original, persistedFunction)
  return persistedFunction
}

/** Whether it was made by {@link wrap}, in whichever copy of core. */
export function isPersisted(value: unknown): boolean {
  return typeof value === 'function' && allPersisted.has(value as AnyFunction)
}
