import { pickle, unpickle } from '@persist/pickle'
import { withoutSignal } from '../concurrency/abort-signals.ts'
import type { Plan } from '../context.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { hasStrayed } from './cache-key.ts'
import type { Computation } from './computation.ts'

/** The arguments of a call for `tags`, `ttl` and `shouldStore`, which are asked after the function. */
export interface Given {
  /** With `self` in front for a method. */
  readonly args: readonly unknown[]
  /** Whether they still are what the key was made of. */
  readonly areSame: () => boolean
}

/**
 * The arguments as they are before the function runs: it may change them, and so may its caller. What can be copied is
 * copied, where an option looks at it. Of the rest it is known only afterwards whether it has changed.
 */
export function argumentsAsTheyAre({ plan, call, identity }: Omit<Computation, 'flight'>): Given {
  const args = argumentsOf(plan, call.self, call.args)
  if (!plan.looksAtArguments || !args.some(isChangeable)) return unchanging(args)
  try {
    // The default pickle brings back equal values, or fails.
    return unchanging(unpickle(pickle(args)) as unknown[])
  } catch {
    return { args, areSame: () => !hasStrayed(plan, call.self, call.args, identity) }
  }
}

/** The arguments of a call that does not run the function. */
export function unchanging(args: readonly unknown[]): Given {
  return { args, areSame: () => true }
}

/** The arguments as the options take them: `self` first for a method, and no signal. */
export function argumentsOf(plan: Plan, self: unknown, args: readonly unknown[]): readonly unknown[] {
  const bare = withoutSignal(args, true)
  return plan.isMethod ? [self, ...bare] : [...bare]
}
