import { sha256 } from '@persist/hash'
import { type ContextStorage, contextStorage } from '@persist/platform'
import type { Entry } from '@persist/store'
import { bypass } from '../call/bypass.ts'
import { argumentsChanged } from '../call/cache-key.ts'
import { PLAIN, signalsOf } from '../call/call.ts'
import { untraced } from '../call/input-trace.ts'
import { changeOf } from '../call/verify-inputs.ts'
import { notifyWaitUntil } from '../call/wait-until.ts'
import { run, type Steps, wait } from '../concurrency/sync-or-async.ts'
import type { CallFacts, Context, KeyFacts } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'
import { firstDifference } from './first-difference.ts'

/** The entries that are remembered as verified. */
const MOST_REMEMBERED = 10_000
const DIGEST_CHARACTERS = 16

let verifying: ContextStorage<true> | undefined

/**
 * Verifies hits: computes beside them, compares, and reports a difference. Each stored result is verified at most once in a
 * process. The run neither stores nor takes a lease or a flight, and its own persisted calls are served without being
 * verified, or else a recursion would take exponential time.
 *
 * @param rate the share of hits. At 1, a sync function over a sync store runs before the hit is served; else it runs later.
 */
export function verifierOf(contextOf: () => Context, rate: number): NonNullable<Context['verify']> {
  verifying ??= contextStorage<true>()
  const storage = verifying
  const remembered = new Set<string>()
  return (call, cacheKey, entry) => {
    const context = contextOf()
    const name = `${entry.createdAt} ${cacheKey.hash}`
    if (storage.getStore() === true || remembered.has(name)) return
    if (rate < 1 && context.runtime.random() >= rate) return
    if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.values().next().value!)
    remembered.add(name)
    const verify = () =>
      storage.run(true, () => untraced(context, () => run(verifyHit(context, call, cacheKey, entry))))
    if (rate < 1 || context.isAsync) return later(context, verify)
    const verified = verify()
    if (isThenable(verified)) notifyWaitUntil(context, Promise.resolve(verified))
  }
}

function later(context: Context, verify: () => void | Promise<void>): void {
  notifyWaitUntil(context, context.runtime.soon(verify))
}

function* verifyHit(context: Context, call: CallFacts, cacheKey: KeyFacts, entry: Entry): Steps<void> {
  // The caller may have changed its arguments since, and the run would compute another result.
  if (argumentsChanged(context, call.self, call.args, cacheKey)) return
  const facts = { hash: cacheKey.hash, stored: digestOf(entry.payload), ageMs: context.runtime.now() - entry.createdAt }
  try {
    const value = yield* wait(compute(context, call))
    const payload = context.pickle(value)
    const computed = digestOf(payload)
    if (computed === facts.stored) return
    const path = firstDifference(context.unpickle(entry.payload), context.unpickle(payload))
    if (path === undefined || (yield* isOutdated(context, entry))) return
    context.reporter.report('mismatch', { ...facts, path, computed })
  } catch (error) {
    if (signalsOf(call).some(({ aborted }) => aborted) || (yield* isOutdated(context, entry))) return
    context.reporter.report('mismatch', { ...facts, path: '$', error: asError(error) })
  }
}

/** Whether an input has changed since the hit was served. */
function* isOutdated(context: Context, entry: Entry): Steps<boolean> {
  if (entry.inputs === undefined) return false
  return (yield* wait(changeOf(context, entry, { mayCall: true, mayWait: true }))) !== undefined
}

/** Runs the original with a call's arguments, within the limits of the function. */
function compute(context: Context, { self, args }: CallFacts): unknown {
  return context.streams ? Reflect.apply(context.collected, self, [...args]) : bypass(context, { self, args, ...PLAIN })
}

function digestOf(payload: string | Uint8Array): string {
  return sha256(payload).slice(0, DIGEST_CHARACTERS)
}
