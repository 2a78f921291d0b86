import { OptionError } from '@persist/errors'
import type { Plan } from '../context.ts'

/** What stands in the place of the listings where keys are not known: each says what to do, as a missing one could not. */
export function withoutListings(plan: Plan): object {
  const refuse = (member: string) => () => {
    throw new OptionError(
      `${plan.namespace}.cache${member} needs the keys, which are not stored: give the option storekey: true, or hash and unhash`,
      { option: 'storekey' },
    )
  }
  return {
    keys: refuse('.keys()'),
    values: refuse('.values()'),
    entries: refuse('.entries()'),
    forEach: refuse('.forEach()'),
    [plan.adapter.mode === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: refuse(' as an iterable'),
  }
}
