/** One step from a value to something in it. */
export type Step =
  | string
  | number
  | { readonly of: 'keys' | 'values'; readonly index: number }
  | { readonly pickled: string }

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/**
 * A path as a person would write it: `$.rows[3].when`, `$["a b"]`, `$.ages.keys()[2]` for the third key of a Map,
 * `$.seen.values()[0]` for the first member of a Set, `$.at<Point>.x` inside what the type `Point` pickled.
 */
export function pathText(steps: readonly Step[]): string {
  return steps.reduce<string>((text, step) => text + stepText(step), '$')
}

function stepText(step: Step): string {
  if (typeof step === 'number') return `[${step}]`
  if (typeof step === 'string') return IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
  return 'pickled' in step ? `<${step.pickled}>` : `.${step.of}()[${step.index}]`
}
