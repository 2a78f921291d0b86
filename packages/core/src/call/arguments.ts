import { pickle, unpickle } from '@persist/pickle'
import { withoutSignal } from '../concurrency/abort-signals.ts'
import type { Context } from '../context.ts'
import { isChangeable } from '../runtime/changeable.ts'
import { argumentsChanged } from './cache-key.ts'
import type { Computation } from './computation.ts'

/** The arguments of a call for `tags`, `ttl` and `shouldStore`, which are called after the function. */
export interface ArgumentSnapshot {
  /** `self` comes first for a method. */
  readonly args: readonly unknown[]
  /** Whether the arguments still have the key of the call. */
  readonly areUnchanged: () => boolean
}

/**
 * Saves the arguments before the function runs, since the function and its caller may change them. If an option reads them,
 * they are copied. Arguments that cannot be copied are compared by their key afterwards.
 */
export function snapshotArguments({ context, call, cacheKey }: Omit<Computation, 'flight'>): ArgumentSnapshot {
  const args = argumentsOf(context, call.self, call.args)
  if (!context.looksAtArguments || !args.some(isChangeable)) return fixedArguments(args)
  try {
    // The default pickle restores equal values, or fails.
    return fixedArguments(unpickle(pickle(args)) as unknown[])
  } catch {
    return { args, areUnchanged: () => !argumentsChanged(context, call.self, call.args, cacheKey) }
  }
}

/** The arguments of a call that does not run the function. */
export function fixedArguments(args: readonly unknown[]): ArgumentSnapshot {
  return { args, areUnchanged: () => true }
}

/** The arguments as options receive them: `self` first for a method, and no signal. */
export function argumentsOf(context: Context, self: unknown, args: readonly unknown[]): readonly unknown[] {
  const withoutSignals = withoutSignal(args, true)
  return context.isMethod ? [self, ...withoutSignals] : [...withoutSignals]
}
