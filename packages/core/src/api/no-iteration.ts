import { OptionError } from '@persist/errors'
import type { Context } from '../context.ts'

/** Replaces the listings where keys are not known: each throws an error that names the option to set. */
export function withoutListings(context: Context): object {
  const throwing = (member: string) => () => {
    throw new OptionError(
      `${context.namespace}.cache${member} needs the keys, which are not stored: set the option storekey: true, or hash and unhash`,
      { option: 'storekey' },
    )
  }
  return {
    keys: throwing('.keys()'),
    values: throwing('.values()'),
    entries: throwing('.entries()'),
    forEach: throwing('.forEach()'),
    [context.adapter.mode === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: throwing(' as an iterable'),
  }
}
