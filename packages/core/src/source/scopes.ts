import { bindingsIn, declaratorsAt, importsAt, type Part } from './declared-names.ts'
import {
  afterExpression,
  afterGroup,
  beginsLine,
  isPunctuator,
  type SourceToken,
  type Tokens,
} from './source-tokens.ts'

/** A part of a source in which names are declared: a block, a function with its parameters, the head and body of a loop. */
export interface Scope {
  readonly parent: Scope | undefined
  readonly from: number
  readonly to: number
  readonly kind: 'block' | 'body' | 'class' | 'function' | 'loop'
  readonly names: Map<string, Binding>
}

/** What one name stands for in a scope. */
export interface Binding {
  readonly name: string
  readonly scope: Scope
  /** `wrapped`: a parameter of the function around a module in a bundle, which is called once. */
  readonly kind: 'declared' | 'parameter' | 'wrapped'
  readonly parts: Part[]
}

/** The scopes of a source. */
export interface Scopes {
  readonly root: Scope
  /** The innermost scope of each token. */
  readonly at: readonly Scope[]
  readonly parts: readonly Part[]
  readonly classes: readonly Part[]
}

/** Finds the scopes of a source, and the variables, functions, classes, imports and parameters in them. */
export function scopesOf(tokens: Tokens): Scopes {
  const { list } = tokens
  const root: Scope = { parent: undefined, from: 0, to: list.length, kind: 'body', names: new Map() }
  const at: Scope[] = []
  const parts: Part[] = []
  const classes: Part[] = []
  const bodies = new Map<number, 'body' | 'class'>()
  let scope = root
  const begin = (from: number, to: number, kind: Scope['kind']) => {
    scope = { parent: scope, from, to, kind, names: new Map() }
  }
  const add = (name: string, kind: Binding['kind'], part: Part, within = scope) => {
    const known = within.names.get(name)
    if (known === undefined) within.names.set(name, { name, scope: within, kind, parts: [part] })
    else known.parts.push(part)
    if (kind === 'declared') parts.push(part)
  }
  const beginFunction = (from: number, after: number, parameters: readonly number[]) => {
    const isBlock = isPunctuator(list[after], /^\{$/)
    if (isBlock && list[from - 1]?.value !== 'catch') bodies.set(after, 'body')
    const kind = isOfTable(list, from) ? 'wrapped' : 'parameter'
    begin(from, isBlock ? afterGroup(tokens, after) : afterArrow(tokens, after), 'function')
    for (const index of parameters) add(list[index]!.value, kind, { at: index, from: index, to: index + 1 })
  }
  for (let index = 0; index < list.length; index++) {
    while (scope.to <= index && scope.parent !== undefined) scope = scope.parent
    const token = list[index]!
    const { value } = token
    if (isPunctuator(token, /^\{$/)) begin(index, afterGroup(tokens, index), bodies.get(index) ?? 'block')
    else if (isPunctuator(token, /^\($/)) {
      const after = bodyAfter(tokens, index, scope.kind)
      // Not `mixin(Base)` in `class A extends mixin(Base) {`.
      if (after !== undefined && bodies.get(after) !== 'class') beginFunction(index, after, bindingsIn(tokens, index))
      else if (isLoop(list, index)) begin(index, afterStatement(tokens, afterGroup(tokens, index)), 'loop')
    } else if (isName(list, index) && !isKey(list, index)) {
      const next = list[index + 1]
      if (next?.value === '=>') beginFunction(index, index + 2, [index])
      else if (/^(const|let|var)$/.test(value) || (value === 'using' && list[index + 2]?.value === '=')) {
        let within = scope
        if (value === 'var') while (within.kind !== 'body') within = within.parent!
        for (const { names, from, to } of declaratorsAt(tokens, index + 1))
          for (const name of names) add(list[name]!.value, 'declared', { at: name, from, to }, within)
      } else if (/^(function|class)$/.test(value)) {
        const nameAt = index + (next?.value === '*' ? 2 : 1)
        const to = afterBody(tokens, index, value === 'function')
        if (to === undefined) {
          at.push(scope)
          continue
        }
        if (value === 'class') {
          classes.push({ at: index, from: index, to })
          bodies.set(tokens.opening.get(to - 1)!, 'class')
        }
        const name = list[nameAt]
        if (name?.type === 'IdentifierName' && name.value !== 'extends') {
          if (!isStatement(list, index)) begin(index, to, 'block')
          add(name.value, 'declared', { at: nameAt, from: index, to })
        }
      } else if (value === 'import' && !/^[(.]$/.test(next?.value ?? '')) {
        for (const part of importsAt(list, index + 1)) add(list[part.at]!.value, 'declared', part)
      }
    }
    at.push(scope)
  }
  return { root, at, parts, classes }
}

/** What a name stands for in a scope. */
export function lookup(name: string, scope: Scope | undefined): Binding | undefined {
  for (let current = scope; current !== undefined; current = current.parent) {
    const found = current.names.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether a token is an identifier that is not a member. */
export function isName(list: readonly SourceToken[], index: number): boolean {
  return list[index]?.type === 'IdentifierName' && !isPunctuator(list[index - 1], /^\??\.$/)
}

/** The index after the statement that begins at `index`. */
export function afterStatement(tokens: Tokens, index: number): number {
  const { list } = tokens
  const value = list[index]?.value
  const hasHead = isName(list, index) && /^(if|for|while|with|switch)$/.test(value!)
  if (hasHead) {
    const head = list[index + 1]?.value === 'await' ? index + 2 : index + 1
    const after = afterStatement(tokens, afterGroup(tokens, head))
    return value === 'if' && list[after]?.value === 'else' ? afterStatement(tokens, after + 1) : after
  }
  if (/^(export|default|do|try|else|catch|finally)$/.test(value ?? '') && isName(list, index)) {
    const next = isPunctuator(list[index + 1], /^\($/) ? afterGroup(tokens, index + 1) : index + 1
    const after = afterStatement(tokens, next)
    const goesOn = value === 'do' ? /^while$/ : /^(catch|finally)$/
    return /^(do|try|catch)$/.test(value!) && goesOn.test(list[after]?.value ?? '')
      ? afterStatement(tokens, after)
      : after
  }
  if (isPunctuator(list[index], /^\{$/)) return afterGroup(tokens, index)
  const declared = value === 'async' ? index + 1 : index
  if (/^(function|class)$/.test(list[declared]?.value ?? '')) {
    const after = afterBody(tokens, declared, list[declared]!.value === 'function')
    if (after !== undefined) return after
  }
  for (let next = index; next < list.length; next = afterGroup(tokens, next)) {
    if (isPunctuator(list[next], /^[)\]}]$/)) return next
    if (isPunctuator(list[next], /^;$/)) return next + 1
    if (next > index && beginsLine(list, next)) return next
  }
  return list.length
}

/** Where the body of a function begins whose parameters may open at `index`. */
function bodyAfter(tokens: Tokens, index: number, within: Scope['kind']): number | undefined {
  const { list } = tokens
  const after = afterGroup(tokens, index)
  if (list[after]?.value === '=>') return after + 1
  if (!isPunctuator(list[after], /^\{$/)) return undefined
  const isAccessor =
    isName(list, index - 2) && /^[gs]et$/.test(list[index - 2]!.value) && !list[index - 1]!.isFirstOfLine
  if (isAccessor || within === 'class' || isPunctuator(list[index - 2], /^,$/)) return after
  if (isLoop(list, index) || (list[after]!.isFirstOfLine && isCall(list, index, within))) return undefined
  return /^(if|while|switch|with)$/.test(list[index - 1]?.value ?? '') && isName(list, index - 1) ? undefined : after
}

/** Whether what opens at `index` are the arguments of a call, although a brace follows on the next line: that of a block. */
function isCall(list: readonly SourceToken[], index: number, within: Scope['kind']): boolean {
  const [name, before] = [list[index - 1], list[index - 2]]
  if (name?.type !== 'IdentifierName' || name.value === 'function') return false
  if (isPunctuator(before, /^(\??\.|=)$/) || /^(new|await|return)$/.test(before?.value ?? '')) return true
  return within === 'body' && name.isFirstOfLine && !isPunctuator(before, /^,$/)
}

/** Whether a name is a key, as in `{ class: 'wide' }`, which may be a keyword. */
function isKey(list: readonly SourceToken[], index: number): boolean {
  return isPunctuator(list[index + 1], /^:$/) && isPunctuator(list[index - 1], /^[{,]$/)
}

/** The index after the body of an arrow function without braces, which the colon of a conditional ends too. */
export function afterArrow(tokens: Tokens, index: number): number {
  const after = afterExpression(tokens, index)
  let open = 0
  for (let next = index; next < after; next = afterGroup(tokens, next)) {
    if (isPunctuator(tokens.list[next], /^\?$/)) open++
    if (isPunctuator(tokens.list[next], /^:$/) && --open < 0) return next
  }
  return after
}

function isLoop(list: readonly SourceToken[], index: number): boolean {
  const before = list[index - 1]?.value === 'await' ? index - 2 : index - 1
  return list[before]?.value === 'for' && isName(list, before)
}

/** Whether a function is in a table of modules: `123: (e, t, n) => …`, `'./a.js'(exports) {`, `123, (e) => …`. */
export function isOfTable(list: readonly SourceToken[], index: number): boolean {
  let before = index - 1
  while (/^(\(|function|async)$/.test(list[before]?.value ?? '')) before--
  const key = isPunctuator(list[before], /^[:,]$/) ? list[before - 1] : before === index - 1 ? list[before] : undefined
  return /^(StringLiteral|NumericLiteral)$/.test(key?.type ?? '')
}

/** The index after the body of a function or class. */
function afterBody(tokens: Tokens, index: number, hasParameters: boolean): number | undefined {
  const { list } = tokens
  let next = index + 1
  if (hasParameters) {
    while (next < list.length && list[next]!.value !== '(') next++
    next = afterGroup(tokens, next)
  }
  while (next < list.length && !isPunctuator(list[next], /^\{$/)) {
    if (isPunctuator(list[next], /^[;)\]}]$/)) return undefined
    next = afterGroup(tokens, next)
  }
  return next < list.length ? afterGroup(tokens, next) : undefined
}

/** Whether a function or class is a declaration, and not part of an expression. */
function isStatement(list: readonly SourceToken[], index: number): boolean {
  const before = list[index - 1]
  if (before === undefined || isPunctuator(before, /^[;{}]$/) || beginsLine(list, index)) return true
  if (before.value === 'async') return isStatement(list, index - 1)
  return /^(export|default)$/.test(before.value)
}
