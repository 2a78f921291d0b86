import type { AnyFunction } from '../types/functions.ts'
import { jsTokens } from './js-tokens-lazily.ts'
import { textOf } from './source-text.ts'

/** The names in the code of a function, apart from those of members: after a dot, and keys of an object. */
export function identifiersOf(fn: AnyFunction): Set<string> {
  const tokens = [...jsTokens()(textOf(fn))].filter(
    ({ type }) => type !== 'WhiteSpace' && type !== 'LineTerminatorSequence' && !type.endsWith('Comment'),
  )
  const valueAt = (index: number) => tokens[index]?.value ?? ''
  const found = tokens.filter(({ type }, index) => {
    if (type !== 'IdentifierName' || /^\??\.$/.test(valueAt(index - 1))) return false
    return !(valueAt(index + 1) === ':' && /^[{,]$/.test(valueAt(index - 1)))
  })
  return new Set(found.map(({ value }) => value))
}
