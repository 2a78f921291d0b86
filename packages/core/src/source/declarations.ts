import { afterExpression, afterGroup, type Block, namesIn, nesting, type SourceToken } from './source-tokens.ts'

/** What a source says of one name. */
export interface Declaration {
  readonly block: Block
  /** Whether it gives a value to a variable that is declared elsewhere. */
  readonly isAssignment: boolean
  /** The code that gives the name its value, with one space between tokens. */
  readonly code: () => string
  /** The names that this code uses. */
  readonly uses: () => readonly string[]
}

/** All declarations in a source, by the name that they declare. */
export type Declarations = ReadonlyMap<string, readonly Declaration[]>

/** Finds variables, functions, classes, imports, and assignments. `resolved` gives each string its final form. */
export function declarationsIn(tokens: readonly SourceToken[], resolved: (literal: string) => string): Declarations {
  const found = new Map<string, Declaration[]>()
  const add = (names: readonly string[], from: number, to: number, before = '', isAssignment = false) => {
    const part = () => tokens.slice(from, to)
    // Built when asked for, since few declarations of a bundle are.
    const declaration: Declaration = {
      block: tokens[from]!.block,
      isAssignment,
      code: () => before + codeOf(part(), resolved),
      uses: () => namesIn(part()).filter((name) => !names.includes(name)),
    }
    for (const name of names) {
      const others = found.get(name)
      if (others === undefined) found.set(name, [declaration])
      else others.push(declaration)
    }
  }
  for (let index = 0; index < tokens.length; index++) {
    const { type, value } = tokens[index]!
    if (type !== 'IdentifierName' || /^\??\.$/.test(tokens[index - 1]?.value ?? '')) continue
    const next = tokens[index + 1]
    if (/^(const|let|var)$/.test(value)) addVariables(tokens, index + 1, add)
    else if (value === 'function') addBlock(tokens, index, index + (next?.value === '*' ? 2 : 1), '(', add)
    else if (value === 'class' || value === 'enum') addBlock(tokens, index, index + 1, '{', add)
    else if (value === 'import' && next?.value !== '(' && next?.value !== '.')
      addImports(tokens, index + 1, resolved, add)
    else if (next?.type === 'Punctuator' && /^([^=!<>]|\*\*|<<|>>>?|&&|\|\||\?\?)?=$/.test(next.value))
      if (!isDeclared(tokens, index)) add([value], index, afterExpression(tokens, index), '', true)
  }
  return found
}

/** The code of tokens, with one space between them. */
export function codeOf(tokens: readonly SourceToken[], resolved = (literal: string) => literal): string {
  return tokens.map(({ type, value }) => (type === 'StringLiteral' ? resolved(value) : value)).join(' ')
}

type Add = (names: readonly string[], from: number, to: number, before?: string, isAssignment?: boolean) => void

/** The declarators of `const`, `let` and `var`, each by itself: in a bundle, others may stand beside it. */
function addVariables(tokens: readonly SourceToken[], first: number, add: Add): void {
  for (let from = first; from < tokens.length; ) {
    const token = tokens[from]!
    const isPattern = token.type === 'Punctuator' && /^[[{]$/.test(token.value)
    if (!isPattern && token.type !== 'IdentifierName') return
    const to = afterExpression(tokens, from)
    add(isPattern ? namesOfPattern(tokens.slice(from, afterGroup(tokens, from))) : [token.value], from, to)
    if (tokens[to]?.value !== ',') return
    from = to + 1
  }
}

function namesOfPattern(pattern: readonly SourceToken[]): string[] {
  const names = pattern.filter(({ type }, index) => type === 'IdentifierName' && pattern[index + 1]?.value !== ':')
  return names.map(({ value }) => value)
}

/** A function or class: from its keyword to the end of its body. */
function addBlock(tokens: readonly SourceToken[], from: number, nameAt: number, opening: '(' | '{', add: Add): void {
  const name = tokens[nameAt]
  if (name?.type !== 'IdentifierName') return
  const find = (opener: string, start: number) => {
    let at = start
    while (at < tokens.length && tokens[at]!.value !== opener) at++
    return at
  }
  const first = find(opening, nameAt)
  const body = opening === '{' ? first : find('{', afterGroup(tokens, first))
  add([name.value], from, afterGroup(tokens, body))
}

/** The names of an import, each with where it comes from: in a bundle, others may be imported beside it. */
function addImports(
  tokens: readonly SourceToken[],
  first: number,
  resolved: (literal: string) => string,
  add: Add,
): void {
  let end = first
  while (end < tokens.length && tokens[end]!.type !== 'StringLiteral') {
    if (/^[;=]$/.test(tokens[end++]!.value)) return
  }
  if (end === tokens.length) return
  const from = `import ${resolved(tokens[end]!.value)} `
  for (let start = first, at = first; at < end; at++) {
    if (nesting(tokens[at]!) !== 0 || tokens[at]!.value === ',' || tokens[at]!.value === 'from') start = at + 1
    const after = tokens[at + 1]?.value
    if (start <= at && (after === ',' || after === '}' || after === 'from'))
      add([tokens[at]!.value], start, at + 1, from)
  }
}

function isDeclared(tokens: readonly SourceToken[], index: number): boolean {
  return /^(const|let|var)$/.test(tokens[index - 1]?.value ?? '')
}
