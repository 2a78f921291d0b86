import { OptionError } from '@persist/errors'
import { nearest } from '@persist/store'
import { isSignal } from '../runtime/signal.ts'
import type { ManyOptions } from '../types/many.ts'

type Check = readonly [expected: string, fits: (value: unknown) => boolean]

const CHECKS: { readonly [Option in keyof ManyOptions]-?: Check } = {
  concurrency: ['a positive whole number, or Infinity', isLimit],
  settle: ['true or false', (value) => typeof value === 'boolean'],
  signal: ['an AbortSignal', isSignal],
  onProgress: ['a function', (value) => typeof value === 'function'],
}

/** Whether a value is a limit on concurrent runs. */
export function isLimit(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) > 0)
}

/**
 * Checks the options of one call of `f.many`.
 *
 * @throws OptionError that names the option and, if it is unknown, the nearest known one.
 */
export function checkedOptions(options: unknown): ManyOptions {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(`the options of many must be an object, not ${typeName(options)}`, { option: 'many' })
  }
  for (const [option, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, option) ? CHECKS[option as keyof ManyOptions] : undefined
    if (check === undefined) {
      const near = nearest(option, Object.keys(CHECKS))
      const hint = near === undefined ? '' : `; did you mean ${near}?`
      throw new OptionError(`many has no option ${JSON.stringify(option)}${hint}`, { option, nearest: near })
    }
    if (value !== undefined && !check[1](value)) {
      throw new OptionError(`the option ${option} of many must be ${check[0]}`, { option })
    }
  }
  return options as ManyOptions
}

/**
 * A copy of one item of the list, so that its owner cannot change it.
 *
 * @throws OptionError for an item that is not an array of arguments.
 */
export function checkedItem(item: unknown, index: number): readonly unknown[] {
  if (Array.isArray(item)) return [...item]
  throw new OptionError(
    `many takes a list in which each item is an array of arguments, as in [[1], [2]]; item ${index} is ${typeName(item)}`,
    { option: 'many' },
  )
}

/** The error for a list that is not iterable. */
export function notAList(list: unknown): OptionError {
  return new OptionError(
    `many takes an array, an iterable or an async iterable of arrays of arguments, not ${typeName(list)}`,
    { option: 'many' },
  )
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : typeof value
}
