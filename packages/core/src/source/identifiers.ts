import type { AnyFunction } from '../types/functions.ts'
import { jsTokens } from './js-tokens-lazily.ts'
import { textOf } from './source-text.ts'

/** The names in the code of a function, apart from those of members after a dot. */
export function identifiersOf(fn: AnyFunction): Set<string> {
  const found = new Set<string>()
  let before = ''
  for (const { type, value } of jsTokens()(textOf(fn))) {
    if (type === 'WhiteSpace' || type === 'LineTerminatorSequence' || type.endsWith('Comment')) continue
    if (type === 'IdentifierName' && before !== '.' && before !== '?.') found.add(value)
    before = value
  }
  return found
}
