import { bindingsIn, type Range } from './declared-names.ts'
import { type Binding, isName, lookup, type Scope, type Scopes } from './scopes.ts'
import {
  afterExpression,
  afterGroup,
  beginsLine,
  isPunctuator,
  type SourceToken,
  type Tokens,
} from './source-tokens.ts'

/** How functions change the variables around them. */
export interface Changes {
  /** The assignments to a variable in other scopes than its own, and those to its members. */
  readonly assigned: ReadonlyMap<Binding, readonly Range[]>
  /** The calls of its methods that stand alone, as `rows.push('users')` does. */
  readonly called: ReadonlyMap<Binding, readonly Range[]>
  /** The calls of methods that fill it, as `const first = rows.push('users')` does. */
  readonly filled: ReadonlyMap<Binding, readonly Range[]>
  /** The calls of a function in other functions. */
  readonly passed: ReadonlyMap<Binding, readonly Range[]>
  /** The functions that are called beside their declaration, so that they run with it. */
  readonly run: ReadonlySet<Binding>
}

type Found = Map<Binding, Range[]>

/** Methods that change what they are called on. */
const FILLS = /^(push|unshift|splice|fill|set|add|append)$/

/** Finds the changes in a source. */
export function changesIn(tokens: Tokens, scopes: Scopes, isUse: (index: number) => boolean): Changes {
  const { list } = tokens
  const [assigned, called, filled, passed] = [0, 1, 2, 3].map(() => new Map()) as [Found, Found, Found, Found]
  const run = new Set<Binding>()
  const add = (to: Found, index: number, range: Range) => {
    const changed = lookup(list[index]!.value, scopes.at[index])
    if (changed === undefined || changed.parts.some(({ at }) => at === index)) return
    const ranges = to.get(changed)
    if (ranges === undefined) to.set(changed, [range])
    else ranges.push(range)
  }
  for (let index = 0; index < list.length; index++) {
    if (isAssignedPattern(tokens, index)) {
      const range = { from: index, to: afterExpression(tokens, index) }
      for (const name of bindingsIn(tokens, index)) add(assigned, name, range)
    }
    if (!isName(list, index)) continue
    const after = afterMembers(tokens, index)
    const to = afterAssignment(tokens, scopes, index, after)
    if (to !== undefined) add(assigned, index, { from: index, to })
    if (!isPunctuator(list[after], /^\($/)) continue
    if (after > index + 1) {
      if (FILLS.test(list[after - 1]!.value)) add(filled, index, { from: index, to: afterGroup(tokens, after) })
      if (isAlone(list, index)) add(called, index, { from: index, to: afterExpression(tokens, index) })
    } else if (isUse(index)) {
      const binding = lookup(list[index]!.value, scopes.at[index])
      if (binding !== undefined && bodyOf(scopes.at[index]!) === binding.scope) run.add(binding)
      else add(passed, index, { from: index, to: afterGroup(tokens, after) })
    }
  }
  return { assigned, called, filled, passed, run }
}

const ASSIGNS = /^([^=!<>]|\*\*|<<|>>>?|&&|\|\||\?\?)?=$/

/** The index after the members in `rows.of[table]`. */
function afterMembers(tokens: Tokens, index: number): number {
  const { list } = tokens
  let next = index + 1
  for (;;) {
    if (isPunctuator(list[next], /^\??\.$/)) next += 2
    else if (isPunctuator(list[next], /^\[$/)) next = afterGroup(tokens, next)
    else return next
  }
}

/** The index after an assignment to the name at `index`, to a member of it, or after an argument of `Object.assign`. */
function afterAssignment(tokens: Tokens, scopes: Scopes, index: number, after: number): number | undefined {
  const { list } = tokens
  const before = list[index - 1]
  if (isPunctuator(before, /^\($/)) {
    const what = list[index - 2]?.value ?? ''
    if (/^(assign|defineProperty|defineProperties|setPrototypeOf)$/.test(what)) return afterGroup(tokens, index - 1)
    if (what === 'for' && /^(of|in)$/.test(list[after]?.value ?? '')) return afterGroup(tokens, index - 1)
  }
  const isChanged =
    isPunctuator(list[after], ASSIGNS) ||
    isPunctuator(before, /^(\+\+|--)$/) ||
    before?.value === 'delete' ||
    (isPunctuator(list[after], /^(\+\+|--)$/) && !list[after]!.isFirstOfLine)
  if (!isChanged) return undefined
  const isInOwnScope = after === index + 1 && lookup(list[index]!.value, scopes.at[index])?.scope === scopes.at[index]
  return isInOwnScope ? undefined : afterExpression(tokens, index)
}

/** Whether a pattern that is assigned to opens at `index`, as in `[table] = ['users']`. */
function isAssignedPattern(tokens: Tokens, index: number): boolean {
  const { list } = tokens
  if (!isPunctuator(list[index], /^[[{]$/) || !isPunctuator(list[afterGroup(tokens, index)], /^=$/)) return false
  return (
    isPunctuator(list[index], /^\{$/) || beginsLine(list, index) || !/^([\w$]|[)\]])/.test(list[index - 1]?.value ?? '')
  )
}

/** Whether an expression at `index` is a statement, so that its value is not used. */
function isAlone(list: readonly SourceToken[], index: number): boolean {
  const before = list[index - 1]
  if (before?.value === 'await') return isAlone(list, index - 1)
  return isPunctuator(before, /^[;{}]$/) || beginsLine(list, index)
}

/** The scope of the variables in the code around, if that code runs with it: not the body of an arrow function. */
function bodyOf(scope: Scope): Scope | undefined {
  let body: Scope | undefined = scope
  while (body !== undefined && body.kind !== 'body') body = body.kind === 'function' ? undefined : body.parent
  return body
}
