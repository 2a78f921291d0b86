import { jsTokens } from './js-tokens-lazily.ts'

/** One token of a source, without space and comments. */
export interface SourceToken {
  readonly type: string
  readonly value: string
  /** Where it begins, in characters. */
  readonly at: number
  /** Whether it is the first one of its line. */
  readonly isFirstOfLine: boolean
}

const SPACE = new Set([
  'WhiteSpace',
  'LineTerminatorSequence',
  'SingleLineComment',
  'MultiLineComment',
  'HashbangComment',
])

/** The tokens of a source, and for each one that opens or closes a group the index of the other one. */
export interface Tokens {
  readonly list: readonly SourceToken[]
  readonly closing: ReadonlyMap<number, number>
  readonly opening: ReadonlyMap<number, number>
  /** Whether all strings and groups are closed. The text of JSX and of other languages may read as a string without an end. */
  readonly isComplete: boolean
}

/** Reads the tokens of a source. */
export function tokensOf(source: string, options?: { readonly jsx: boolean }): Tokens {
  const list: SourceToken[] = []
  const closing = new Map<number, number>()
  const opening = new Map<number, number>()
  const open: number[] = []
  let at = 0
  let isFirstOfLine = true
  let isComplete = true
  for (const token of jsTokens()(source, options)) {
    const { type, value } = token
    if (type === 'Invalid' || ('closed' in token && !token.closed)) isComplete = false
    if (SPACE.has(type)) isFirstOfLine ||= /[\n\r\u2028\u2029]/.test(value)
    else {
      const token = { type, value, at, isFirstOfLine }
      const depth = nesting(token)
      if (depth > 0) open.push(list.length)
      const opened = depth < 0 ? open.pop() : undefined
      if (depth < 0 && opened === undefined) isComplete = false
      if (opened !== undefined) {
        closing.set(opened, list.length)
        opening.set(list.length, opened)
      }
      list.push(token)
      isFirstOfLine = false
    }
    at += value.length
  }
  return { list, closing, opening, isComplete: isComplete && open.length === 0 }
}

/** Whether a token opens (1) or closes (-1) a group: parentheses, braces, a template. */
function nesting({ type, value }: SourceToken): number {
  if (type === 'TemplateHead') return 1
  if (type === 'TemplateTail') return -1
  if (type !== 'Punctuator') return 0
  return /^[([{]$/.test(value) ? 1 : /^[)\]}]$/.test(value) ? -1 : 0
}

/** The index after the token that closes what opens at `index`. */
export function afterGroup({ list, closing }: Tokens, index: number): number {
  return isOpening(list[index]) ? (closing.get(index) ?? list.length - 1) + 1 : index + 1
}

function isOpening(token: SourceToken | undefined): boolean {
  return token !== undefined && nesting(token) > 0
}

/** The keywords after which an expression goes on. */
export const OPERATORS =
  /^(typeof|void|delete|new|in|of|instanceof|await|yield|extends|default|return|throw|case|else|do)$/

/** The index after the expression or declaration that begins at `index`: at `,`, `;`, a closing token, or a new line. */
export function afterExpression(tokens: Tokens, index: number): number {
  const { list } = tokens
  let next = index
  while (next < list.length) {
    const token = list[next]!
    if (isPunctuator(token, /^[)\]}]$/)) return next
    if (next > index && (isPunctuator(token, /^[,;]$/) || beginsLine(list, next))) return next
    next = afterGroup(tokens, next)
  }
  return next
}

/** Whether a statement ends before the token, since it begins a line. */
export function beginsLine(list: readonly SourceToken[], index: number): boolean {
  const token = list[index]!
  if (index === 0 || !token.isFirstOfLine || continues(token)) return false
  return mayEnd(list[index - 1]!) || isStatement(list, index)
}

/** Whether a token begins a statement, and is no part of an expression: types end with `>` and `void`, too. */
function isStatement(list: readonly SourceToken[], index: number): boolean {
  const { type, value } = list[index]!
  if (type !== 'IdentifierName' || !/^(for|while|do|if|try|switch|const|var|return|throw)$/.test(value)) return false
  return !isPunctuator(list[index - 1], /^\??\.$/) && !isPunctuator(list[index + 1], /^:$/)
}

/** The index after types in `<…>`, as in `persist<(id: string) => Row>(find)`, where they open at `index`. */
export function afterTypes(tokens: Tokens, index: number): number {
  const { list } = tokens
  let depth = 0
  for (let next = index; isPunctuator(list[index], /^<$/) && next < list.length; next = afterGroup(tokens, next)) {
    if (isPunctuator(list[next], /^<$/)) depth++
    if (isPunctuator(list[next], /^>+$/)) depth -= list[next]!.value.length
    if (depth <= 0) return next + 1
    if (isPunctuator(list[next], /^[;)\]}]$/)) break
  }
  return index
}

export function isPunctuator(token: SourceToken | undefined, values: RegExp): boolean {
  return token?.type === 'Punctuator' && values.test(token.value)
}

function mayEnd({ type, value }: SourceToken): boolean {
  return type === 'Punctuator' ? /^([)\]}]|\+\+|--)$/.test(value) : !OPERATORS.test(value)
}

function continues({ type, value }: SourceToken): boolean {
  if (type === 'Punctuator') return !/^([{}!~@#]|\+\+|--|\.\.\.)$/.test(value)
  return /^(Template|NoSubstitutionTemplate$)/.test(type) || /^(in|instanceof|of)$/.test(value)
}
