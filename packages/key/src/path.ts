/** One step from a value to one of its parts. */
export type Step =
  | string
  | number
  | { readonly of: 'keys' | 'values'; readonly index: number }
  | { readonly identity: true }

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
const LONGEST_NAME = 80
const MOST_STEPS = 40
const STEPS_AT_END = 10

/**
 * Formats a path as a person would write it: `.rows[3].when`, `["a b"]`, `.ages.keys()[2]` for the third key of a Map,
 * `.seen.values()[0]` for the first member of a Set, `<identity>.x` for a part of the result of an identity method.
 * Very long paths and names are shortened, so that the error stays readable.
 */
export function formatPath(steps: readonly Step[]): string {
  if (steps.length <= MOST_STEPS) return steps.map(formatStep).join('')
  return `${formatPath(steps.slice(0, MOST_STEPS - STEPS_AT_END))}…${formatPath(steps.slice(-STEPS_AT_END))}`
}

function formatStep(step: Step): string {
  if (typeof step === 'number') return `[${step}]`
  if (typeof step !== 'string') return 'identity' in step ? '<identity>' : `.${step.of}()[${step.index}]`
  const name = step.length > LONGEST_NAME ? `${step.slice(0, LONGEST_NAME)}…` : step
  return IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}
