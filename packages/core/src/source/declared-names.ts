import { afterExpression, afterGroup, isPunctuator, type SourceToken, type Tokens } from './source-tokens.ts'

/** A part of a source, from one token to another one, which is no longer part of it. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** One declaration of a name. */
export interface Part extends Range {
  readonly at: number
  /** The module that it is imported from. */
  readonly specifier?: SourceToken
  /** Whether it is the default export: `import table`, and not `import { table }`. */
  readonly isDefault?: boolean
}

/** The indexes of the names that a pattern or a list of parameters declares. */
export function bindingsIn(tokens: Tokens, index: number): number[] {
  const { list } = tokens
  const end = afterGroup(tokens, index) - 1
  const found: number[] = []
  for (let next = index + 1; next < end; next++) {
    const token = list[next]!
    if (isPunctuator(token, /^=$/)) next = afterExpression(tokens, next + 1) - 1
    else if (isPunctuator(token, /^\[$/) && isPunctuator(list[afterGroup(tokens, next)], /^:$/))
      next = afterGroup(tokens, next)
    else if (token.type === 'IdentifierName' && !isPunctuator(list[next + 1], /^:$/)) found.push(next)
  }
  return found
}

/** The declarators of `const`, `let` and `var`, each by itself: in a bundle, others may stand beside it. */
export function* declaratorsAt(tokens: Tokens, first: number) {
  const { list } = tokens
  for (let from = first; from < list.length; ) {
    const isPattern = isPunctuator(list[from], /^[[{]$/)
    if (!isPattern && list[from]?.type !== 'IdentifierName') return
    const afterName = afterGroup(tokens, from)
    const to = afterExpression(tokens, from)
    yield { names: isPattern ? bindingsIn(tokens, from) : [from], from, to }
    const isHeadOfLoop = /^(in|of)$/.test(list[afterName]?.value ?? '')
    if (list[to]?.value !== ',' || isHeadOfLoop) return
    from = to + 1
  }
}

/** The names of an import, each with where it comes from: in a bundle, others may be imported beside it. */
export function* importsAt(list: readonly SourceToken[], first: number): Generator<Part> {
  let end = first
  // Not the name in `import { 'users-table' as table } from 'tables'`.
  while (end < list.length && (list[end]!.type !== 'StringLiteral' || list[end + 1]?.value === 'as')) {
    if (/^[;=]$/.test(list[end++]!.value)) return
  }
  const specifier = list[end]
  if (specifier === undefined) return
  let isDefault = true
  for (let from = first, at = first; at < end; at++) {
    const { value } = list[at]!
    if (/^[{*]$/.test(value)) isDefault = false
    if (/^[{},]$/.test(value) || at === end - 1) from = at + 1
    const after = list[at + 1]?.value
    if (from <= at && (after === ',' || after === '}' || after === 'from'))
      yield { at, from, to: at + 1, specifier, isDefault }
  }
}
