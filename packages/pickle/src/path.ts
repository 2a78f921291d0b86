/** One step from a value to something in it. */
export type Step =
  | string
  | number
  | { readonly of: 'keys' | 'values'; readonly index: number }
  | { readonly pickled: string }

const LONGEST_NAME = 80
const MOST_STEPS = 40
const STEPS_AT_END = 10
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/**
 * A path as a person would write it: `$.rows[3].when`, `$["a b"]`, `$.ages.keys()[2]` for the third key of a Map,
 * `$.seen.values()[0]` for the first member of a Set, `$.at<Point>.x` inside what the type `Point` pickled.
 * Very long paths and names are shortened: an error is to be read.
 */
export function pathText(steps: readonly Step[]): string {
  return `$${stepsText(steps)}`
}

function stepsText(steps: readonly Step[]): string {
  if (steps.length <= MOST_STEPS) return steps.map(stepText).join('')
  return `${stepsText(steps.slice(0, MOST_STEPS - STEPS_AT_END))}…${stepsText(steps.slice(-STEPS_AT_END))}`
}

function stepText(step: Step): string {
  if (typeof step === 'number') return `[${step}]`
  if (typeof step !== 'string') return 'pickled' in step ? `<${step.pickled}>` : `.${step.of}()[${step.index}]`
  const name = step.length > LONGEST_NAME ? `${step.slice(0, LONGEST_NAME)}…` : step
  return IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}
