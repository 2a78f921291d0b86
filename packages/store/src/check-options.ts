import { OptionError } from '@persist/errors'
import { nearest } from './nearest.ts'

/** What each option of a store may be, in words and as a test. */
export type OptionChecks<Options> = {
  readonly [Option in keyof Required<Options>]: readonly [what: string, fits: (value: unknown) => boolean]
}

/**
 * Refuses options of a store that are unknown or of the wrong type. `undefined` counts as not given.
 *
 * @param factory The function that takes the options, for the message.
 * @throws OptionError that names the option, and the known one nearest to it.
 * @example
 * ```ts
 * checkStoreOptions('shelfStore', { depth: 3 }, { depth: ['a positive number', (value) => Number(value) > 0] })
 * ```
 */
export function checkStoreOptions<Options>(
  factory: string,
  options: Readonly<Record<string, unknown>> | Options,
  checks: OptionChecks<Options>,
): void {
  for (const [option, value] of Object.entries(options as object)) {
    if (!Object.hasOwn(checks, option)) {
      const near = nearest(option, Object.keys(checks))
      const hint = near === undefined ? '' : `; did you mean ${near}?`
      throw new OptionError(`${factory} has no option ${option}${hint}`, { option, nearest: near })
    }
    const [what, fits] = checks[option as keyof Options]
    if (value !== undefined && !fits(value)) {
      throw new OptionError(`the option ${option} of ${factory} must be ${what}`, { option })
    }
  }
}

/** The options of a store with every default filled in. */
export type Resolved<Options> = { readonly [Option in keyof Options]-?: NonNullable<Options[Option]> }

/** A check for a time. */
export const POSITIVE_MS = [
  'a positive number of milliseconds',
  (value: unknown) => typeof value === 'number' && value > 0 && Number.isFinite(value),
] as const

/** A check for a time that may be 0. */
export const NOT_NEGATIVE_MS = [
  '0 or a positive number of milliseconds',
  (value: unknown) => value === 0 || POSITIVE_MS[1](value),
] as const

/** A check for a switch. */
export const TRUE_OR_FALSE = ['true or false', (value: unknown) => typeof value === 'boolean'] as const
