import { OptionError } from '@persist/errors'
import type { Context } from '../context.ts'

/** What stands in the place of the listings where keys are not known: each says what to do, as a missing one could not. */
export function withoutListings(context: Context): object {
  const refuse = (member: string) => () => {
    throw new OptionError(
      `${context.namespace}.cache${member} needs the keys, which are not stored: give the option storekey: true, or hash and unhash`,
      { option: 'storekey' },
    )
  }
  return {
    keys: refuse('.keys()'),
    values: refuse('.values()'),
    entries: refuse('.entries()'),
    forEach: refuse('.forEach()'),
    [context.adapter.mode === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: refuse(' as an iterable'),
  }
}
