import { OptionError } from '@persist/errors'
import { isThenable } from './thenable.ts'

/** An option that answers later: its promise is no answer, and its rejection must not end the process. */
export function requireSync<T>(option: string, answer: T): T {
  if (!isThenable(answer)) return answer
  answer.then(undefined, () => {})
  throw new OptionError(`${option} returned a promise: it must answer at once`, { option })
}
