import { jsTokens } from './js-tokens-lazily.ts'

/** A block of code, from `{` to `}`. The outermost one has no parent. */
export interface Block {
  readonly parent: Block | undefined
  /** The names of the parameters, approximately, if it is the body of a function. */
  readonly parameters: ReadonlySet<string>
}

/** One token of a source, without space and comments. */
export interface SourceToken {
  readonly type: string
  readonly value: string
  /** Where it begins, in characters. */
  readonly at: number
  /** Whether it is the first one of its line. */
  readonly isFirstOfLine: boolean
  readonly block: Block
}

const SPACE = new Set([
  'WhiteSpace',
  'LineTerminatorSequence',
  'SingleLineComment',
  'MultiLineComment',
  'HashbangComment',
])

/** Reads the tokens of a source, with the blocks that they are in. */
export function tokensOf(source: string): SourceToken[] {
  const tokens: SourceToken[] = []
  let block: Block = { parent: undefined, parameters: NONE }
  let at = 0
  let isFirstOfLine = true
  for (const { type, value } of jsTokens()(source)) {
    if (SPACE.has(type)) isFirstOfLine ||= /[\n\r\u2028\u2029]/.test(value)
    else {
      if (type === 'Punctuator' && value === '}') block = block.parent ?? block
      tokens.push({ type, value, at, isFirstOfLine, block })
      if (type === 'Punctuator' && value === '{') block = { parent: block, parameters: parametersBefore(tokens) }
      isFirstOfLine = false
    }
    at += value.length
  }
  return tokens
}

const NONE: ReadonlySet<string> = new Set()

/** The names in the parameters before a body, whose `{` is the last token. */
function parametersBefore(tokens: readonly SourceToken[]): ReadonlySet<string> {
  const isArrow = tokens.at(-2)?.value === '=>'
  const last = tokens.length - (isArrow ? 3 : 2)
  if (tokens[last]?.value !== ')') return isArrow && last >= 0 ? new Set([tokens[last]!.value]) : NONE
  const names = new Set<string>()
  let depth = 0
  for (let index = last; index >= 0; index--) {
    depth -= nesting(tokens[index]!)
    if (depth === 0) return /^(if|for|while|switch|with)$/.test(tokens[index - 1]?.value ?? '') ? NONE : names
    if (tokens[index]!.type === 'IdentifierName') names.add(tokens[index]!.value)
  }
  return NONE
}

/** Whether a token opens (1) or closes (-1) a group: parentheses, braces, a template. */
export function nesting({ type, value }: SourceToken): number {
  if (type === 'TemplateHead') return 1
  if (type === 'TemplateTail') return -1
  if (type !== 'Punctuator') return 0
  return /^[([{]$/.test(value) ? 1 : /^[)\]}]$/.test(value) ? -1 : 0
}

/** The index after the token that closes what opens at `index`. */
export function afterGroup(tokens: readonly SourceToken[], index: number): number {
  let depth = 0
  for (let next = index; next < tokens.length; next++) {
    depth += nesting(tokens[next]!)
    if (depth <= 0) return next + 1
  }
  return tokens.length
}

const OPERATORS =
  /^(typeof|void|delete|new|in|of|instanceof|await|yield|extends|as|satisfies|default|return|throw|case)$/

/** The index after the expression or declaration that begins at `index`: at `,`, `;`, a closing token, or a new line. */
export function afterExpression(tokens: readonly SourceToken[], index: number): number {
  let depth = 0
  for (let next = index; next < tokens.length; next++) {
    const token = tokens[next]!
    if (depth === 0 && next > index) {
      if (token.type === 'Punctuator' && /^[,;)\]}]$/.test(token.value)) return next
      if (token.isFirstOfLine && mayEnd(tokens[next - 1]!) && !continues(token)) return next
    }
    depth += nesting(token)
  }
  return tokens.length
}

function mayEnd({ type, value }: SourceToken): boolean {
  return type === 'Punctuator' ? /^([)\]}]|\+\+|--)$/.test(value) : !OPERATORS.test(value)
}

function continues({ type, value }: SourceToken): boolean {
  if (type === 'Punctuator') return !/^([{}!~@#]|\+\+|--|\.\.\.)$/.test(value)
  return /^Template|^NoSubstitutionTemplate$/.test(type) || /^(in|instanceof|of|as|satisfies)$/.test(value)
}

/** The names that code uses from outside, approximately: members and the names that it declares itself do not count. */
export function namesIn(tokens: readonly SourceToken[]): string[] {
  const own = new Set<string>()
  const used = new Set<string>()
  const valueAt = (index: number) => tokens[index]?.value ?? ''
  const isName = (index: number) => tokens[index]?.type === 'IdentifierName' && !/^\??\.$/.test(valueAt(index - 1))
  for (let index = 0; index < tokens.length; index++) {
    if (valueAt(index) === '(' && isParameters(tokens, index)) {
      for (let inside = index + 1; inside < afterGroup(tokens, index); inside++)
        if (isName(inside)) own.add(valueAt(inside))
    }
    if (!isName(index)) continue
    if (/^(const|let|var|function|class|\*)$/.test(valueAt(index - 1)) || valueAt(index + 1) === '=>')
      own.add(valueAt(index))
    else if (!(valueAt(index + 1) === ':' && /^[{,]$/.test(valueAt(index - 1)))) used.add(valueAt(index))
  }
  return [...used].filter((name) => !own.has(name))
}

/** Whether parentheses hold the parameters of a function: `=>` or a body follows. */
function isParameters(tokens: readonly SourceToken[], index: number): boolean {
  const after = tokens[afterGroup(tokens, index)]?.value
  return after === '=>' || (after === '{' && !/^(if|for|while|switch|with)$/.test(tokens[index - 1]?.value ?? ''))
}
