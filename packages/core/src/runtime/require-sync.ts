import { OptionError } from '@persist/errors'
import { isThenable } from './thenable.ts'

/**
 * Returns the result of an option that must be synchronous.
 *
 * @throws OptionError if the result is a promise; a rejection of it is ignored, so that it does not end the process.
 */
export function requireSync<T>(option: string, result: T): T {
  if (!isThenable(result)) return result
  result.then(undefined, () => {})
  throw new OptionError(`${option} returned a promise: it must be synchronous`, { option })
}
