import { KeyError } from '@persist/errors'
import { formatPath, type Step } from './path.ts'

/** Why a value has no canonical string. On its way up, it collects the steps to the part, innermost first. */
export class Refusal {
  readonly reason: string
  readonly options: ErrorOptions | undefined
  readonly steps: Step[] = []

  constructor(reason: string, options?: ErrorOptions) {
    this.reason = reason
    this.options = options
  }
}

/** Ends the walk. */
export function refuse(reason: string, options?: ErrorOptions): never {
  throw new Refusal(reason, options)
}

/** Adds a step to a refusal. An error that a getter or a Proxy threw becomes the cause of a new refusal. */
export function under(step: Step, thrown: unknown): Refusal {
  const refusal = refusalOf(thrown)
  refusal.steps.push(step)
  return refusal
}

/** The error that the caller sees. */
export function keyErrorOf(thrown: unknown, root: string): KeyError {
  const { reason, options, steps } = refusalOf(thrown)
  return new KeyError(reason, root + formatPath(steps.reverse()), options)
}

function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown
  const why = thrown instanceof Error && thrown.message !== '' ? `: ${thrown.message}` : ''
  return new Refusal(`could not be read${why}`, { cause: thrown })
}
