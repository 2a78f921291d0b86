import { sha256 } from '@persist/hash'
import type { Head } from '@persist/store'
import type { AnyFunction } from '../face/types.ts'
import type { Plan } from '../plan/plan.ts'

const DIGEST_CHARACTERS = 16

/** Tells one text of a function from another; not a version, only a hint. */
export function sourceOf(original: AnyFunction): string {
  return sha256(Function.prototype.toString.call(original)).slice(0, DIGEST_CHARACTERS)
}

const told = new WeakSet<Plan>()

/** Says once that a served entry was computed by another text of the function; nothing is thrown away for it. */
export function tellSource(plan: Plan, head: Head): void {
  if (plan.source === undefined || head.source === undefined || head.source === plan.source || told.has(plan)) return
  told.add(plan)
  plan.reporter.tell('source', {
    message: 'the function was edited since this was stored; give it a version or dependsOn if that matters',
  })
}
