import type { Steps } from './sync-or-async.ts'

// On a well-known symbol: the steps of two copies of core may be nested.
const NESTED = Symbol.for('@persist/core/nested@1')

/** Steps that others wait for. They yield them to {@link flatten}. */
interface Nested {
  readonly [NESTED]: Steps<unknown>
}

/** Waits for other steps, as `yield*` does, but without a stack frame for each level of them. */
export function* nested<T>(steps: Steps<T>): Steps<T> {
  const request: Nested = { [NESTED]: steps }
  return (yield request) as T
}

/** Runs steps that wait for {@link nested} ones, at any depth. */
export function* flatten<T>(root: Steps<T>): Steps<T> {
  const levels: Steps<unknown>[] = [root]
  let advance = (steps: Steps<unknown>) => steps.next()
  for (;;) {
    let step: IteratorResult<unknown, unknown>
    try {
      step = advance(levels[levels.length - 1]!)
    } catch (error) {
      levels.pop()
      if (levels.length === 0) throw error
      advance = (steps) => steps.throw(error)
      continue
    }
    const { value } = step
    if (step.done) {
      levels.pop()
      if (levels.length === 0) return value as T
      advance = (steps) => steps.next(value)
    } else if (isNested(value)) {
      levels.push(value[NESTED])
      advance = (steps) => steps.next()
    } else {
      try {
        const reply: unknown = yield value
        advance = (steps) => steps.next(reply)
      } catch (error) {
        advance = (steps) => steps.throw(error)
      }
    }
  }
}

function isNested(value: unknown): value is Nested {
  return typeof value === 'object' && value !== null && NESTED in value
}
