import type { AnyFunction } from '../types/functions.ts'
import { jsTokens } from './js-tokens-lazily.ts'
import { isBound, lacksSource, textOf } from './source-text.ts'

interface Token {
  readonly type: string
  readonly value: string
}

/** The tokens that are not code. */
const NOT_CODE = new Set(['WhiteSpace', 'LineTerminatorSequence', 'MultiLineComment', 'SingleLineComment'])

/**
 * Whether a function may depend on how it is called: its code, apart from comments and strings, has `this` or `super`.
 * An arrow function has no `this` of its own, and a bound one depends on no call. Of others without source it is unknown.
 */
export function readsThis(fn: AnyFunction): boolean {
  if (lacksSource(fn)) return !isBound(fn)
  const text = textOf(fn)
  if (!/\b(this|super)\b/.test(text)) return false
  const tokens = [...jsTokens()(text)].filter(({ type }) => !NOT_CODE.has(type)) as Token[]
  if (isArrow(tokens)) return false
  return tokens.some(({ type, value }) => type === 'IdentifierName' && (value === 'this' || value === 'super'))
}

function isArrow(tokens: readonly Token[]): boolean {
  const first = tokens[0]?.value === 'async' && tokens[1]?.value !== '=>' ? 1 : 0
  if (tokens[first]?.value !== '(') return tokens[first + 1]?.value === '=>'
  let depth = 0
  for (let at = first; at < tokens.length; at++) {
    if (tokens[at]!.value === '(') depth++
    if (tokens[at]!.value === ')' && --depth === 0) return tokens[at + 1]?.value === '=>'
  }
  return false
}
