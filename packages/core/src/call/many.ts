import type { Plan } from '../plan/plan.ts'
import { ask } from '../telling/trouble.ts'
import { answer, PLAIN } from './call.ts'
import { type Identity, identify } from './identity.ts'
import { tellHit } from './outcome.ts'
import { open } from './recall.ts'
import { isThenable, perform, type Steps, wait } from './steps.ts'

/** Enough to make round trips rare, few enough to keep one reply small. */
const BATCH = 1_000

/** The results of many calls, in order: what is stored in as few round trips as the store can, the rest by calling. */
export function many(plan: Plan, self: unknown, given: readonly (readonly unknown[])[]): unknown {
  const calls = given.map((args) => [...args])
  return perform(plan.isAsync && !plan.streams, () => all(plan, self, calls))
}

function* all(plan: Plan, self: unknown, calls: readonly (readonly unknown[])[]): Steps<unknown[]> {
  if (plan.streams) return calls.map((args) => answer(plan, { self, args, ...PLAIN }))
  const answers = calls.map((): unknown => undefined)
  const left = new Set(calls.keys())
  if (plan.mode === 'on' || plan.mode === 'replay') {
    for (let from = 0; from < calls.length && plan.adapter.supports.many; from += BATCH) {
      const identities = calls.slice(from, from + BATCH).map((args) => identify(plan, self, args))
      for (const [offset, hit] of yield* stored(plan, identities)) {
        answers[from + offset] = hit
        left.delete(from + offset)
      }
    }
  }
  for (const index of left) answers[index] = answer(plan, { self, args: calls[index]!, ...PLAIN })
  if (!answers.some(isThenable)) return answers
  return yield* wait(Promise.all(answers))
}

function* stored(plan: Plan, identities: readonly Identity[]): Steps<Map<number, unknown>> {
  const hashes = identities.map(({ hash }) => hash)
  const entries = yield* wait(ask(plan, 'getMany', undefined, () => plan.store.getMany!(hashes), []))
  const hits = new Map<number, unknown>()
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined) continue
    const found = yield* wait(open(plan, identities[index]!, entry, Number.POSITIVE_INFINITY))
    if (found.kind !== 'fresh') continue
    tellHit(plan, identities[index]!, entry, 'store')
    hits.set(index, found.value)
  }
  return hits
}
