import { pickle, unpickle } from '@persist/pickle'
import { withoutSignal } from '../concurrency/abort-signals.ts'
import type { Context } from '../context.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { argumentsChanged } from './cache-key.ts'
import type { Computation } from './computation.ts'

/** The arguments of a call for `tags`, `ttl` and `shouldStore`, which are asked after the function. */
export interface ArgumentSnapshot {
  /** With `self` in front for a method. */
  readonly args: readonly unknown[]
  /** Whether they still are what the key was made of. */
  readonly areUnchanged: () => boolean
}

/**
 * The arguments as they are before the function runs: it may change them, and so may its caller. What can be copied is
 * copied, where an option looks at it. Of the rest it is known only afterwards whether it has changed.
 */
export function snapshotArguments({ context, call, cacheKey }: Omit<Computation, 'flight'>): ArgumentSnapshot {
  const args = argumentsOf(context, call.self, call.args)
  if (!context.looksAtArguments || !args.some(isChangeable)) return fixedArguments(args)
  try {
    // The default pickle brings back equal values, or fails.
    return fixedArguments(unpickle(pickle(args)) as unknown[])
  } catch {
    return { args, areUnchanged: () => !argumentsChanged(context, call.self, call.args, cacheKey) }
  }
}

/** The arguments of a call that does not run the function. */
export function fixedArguments(args: readonly unknown[]): ArgumentSnapshot {
  return { args, areUnchanged: () => true }
}

/** The arguments as the options take them: `self` first for a method, and no signal. */
export function argumentsOf(context: Context, self: unknown, args: readonly unknown[]): readonly unknown[] {
  const bare = withoutSignal(args, true)
  return context.isMethod ? [self, ...bare] : [...bare]
}
