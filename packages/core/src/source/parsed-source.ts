import { type Changes, changesIn } from './changes.ts'
import { type Declaration, declarationsAround, declarationsIn } from './declarations.ts'
import type { Part, Range } from './declared-names.ts'
import { lowerBound } from './lower-bound.ts'
import { Pairs } from './pairs.ts'
import { afterStatement, type Binding, isName, isOfTable, lookup, type Scope, type Scopes, scopesOf } from './scopes.ts'
import {
  afterExpression,
  afterGroup,
  beginsLine,
  isPunctuator,
  OPERATORS,
  type Tokens,
  tokensOf,
} from './source-tokens.ts'
import { type Importer, targetOf } from './specifiers.ts'

/** The most tokens before a class in a declaration that holds it: `Rows = Rows_1 = class Rows`. */
const BEFORE_CLASS = 4

const DECLARES = /^(import|export|const|let|var|function|class|async)$/

/** A source with its tokens, and what its names stand for. */
export class ParsedSource {
  readonly text: string
  readonly importer: Importer
  readonly tokens: Tokens
  /** The declarations in another source that were found to be equal to those of this one. */
  readonly agreed = new Pairs<Binding>()
  readonly #statements = new Map<Scope, Map<string, Range[]>>()
  readonly #declarations = new Map<Scope, readonly Declaration[]>()
  #foundChanges: Changes | undefined
  #foundScopes: Scopes | undefined

  constructor(text: string, importer: Importer) {
    this.text = text
    this.importer = importer
    this.tokens = tokensOf(text)
  }

  get scopes(): Scopes {
    this.#foundScopes ??= scopesOf(this.tokens)
    return this.#foundScopes
  }

  /** The first token at or after a position. */
  indexAt(position: number): number {
    return lowerBound(this.tokens.list, ({ at }) => at >= position)
  }

  /** Whether a token is a name that stands for something: no member, and no key of an object or a class. */
  isUse(index: number): boolean {
    const { list } = this.tokens
    if (!isName(list, index)) return false
    const [here, after] = [this.scopes.at[index]!, this.scopes.at[index + 1]]
    if (after?.kind === 'function' && after.from === index + 1 && isPunctuator(list[index + 1], /^\($/)) return false
    const [value, before] = [list[index]!.value, list[index - 1]]
    const isAfterName = isName(list, index - 1) && !OPERATORS.test(before!.value)
    if (value === 'of' && (isAfterName || isPunctuator(before, /^[\]}]$/))) return false
    const next = list[index + 1]
    if (/^(async|get|set)$/.test(value) && next?.type === 'IdentifierName')
      if (!next.isFirstOfLine && !/^(in|instanceof)$/.test(next.value)) return false
    if (here.kind === 'class' && (beginsLine(list, index) || /^([{};]|static)$/.test(list[index - 1]!.value)))
      return false
    return !(isPunctuator(list[index + 1], /^:$/) && isPunctuator(list[index - 1], /^[{,]$/))
  }

  /** Whether the name is declared anywhere. */
  declares(name: string): boolean {
    return this.scopes.parts.some(({ at }) => this.tokens.list[at]!.value === name)
  }

  /** What an imported name is imported from. */
  target({ specifier }: Part): string | undefined {
    return specifier && targetOf(specifier.value.slice(1, -1), this.importer)
  }

  /** The statements of a scope that use a name and declare nothing. */
  statementsWith(name: string, scope: Scope): readonly Range[] {
    if (scope.kind !== 'block' && scope.kind !== 'body') return []
    const known = this.#statements.get(scope) ?? this.#statementsOf(scope)
    this.#statements.set(scope, known)
    return known.get(name) ?? []
  }

  #statementsOf(scope: Scope): Map<string, Range[]> {
    const { list } = this.tokens
    const found = new Map<string, Range[]>()
    const [first, last] = scope.parent === undefined ? [0, scope.to] : [scope.from + 1, scope.to - 1]
    for (let from = first; from < last; ) {
      const to = Math.max(afterStatement(this.tokens, from), from + 1)
      const range = { from, to }
      if (!DECLARES.test(list[from]!.value))
        for (let index = from; index < to; index++) {
          if (!this.isUse(index)) continue
          const ranges = found.get(list[index]!.value)
          if (ranges === undefined) found.set(list[index]!.value, [range])
          else if (ranges.at(-1) !== range) ranges.push(range)
        }
      from = to
    }
    return found
  }

  /** The assignments to a variable in other scopes than its own, and those to its members, outside of a range. */
  assignedLater(binding: Binding, except: Range): readonly Range[] {
    return (this.#changes().assigned.get(binding) ?? []).filter(isOutside(except))
  }

  /** The calls that fill what a name stands for, outside of a range. What is imported is one value, which both files fill. */
  filled(binding: Binding, except: Range): readonly Range[] {
    if (isImported(binding)) return []
    return (this.#changes().filled.get(binding) ?? []).filter(isOutside(except))
  }

  /**
   * The functions beside a variable that change it, or call its methods, and that the module itself calls, as in `seed()`; and
   * those that pass something on to them, as `const start = (table) => seed(table)` does.
   */
  settersRun(binding: Binding, except: Range): readonly Binding[] {
    const { called, run } = this.#changes()
    const calls = isImported(binding) ? [] : (called.get(binding) ?? []).filter(isOutside(except))
    const changes = [...this.assignedLater(binding, except), ...calls, ...this.filled(binding, except)].sort(
      (a, b) => a.from - b.from,
    )
    const setters = changes.length === 0 ? [] : this.declaring(changes, binding.scope)
    // Not what calls a function such as `_typeof`, which replaces itself.
    const all = [
      ...setters,
      ...this.#passingOn(
        changes,
        setters.filter((setter) => setter !== binding),
      ),
    ]
    return [...new Set(all)].filter((setter) => run.has(setter))
  }

  /** The functions that call others which change something by their parameters. */
  #passingOn(changes: readonly Range[], setters: readonly Binding[]): readonly Binding[] {
    const { called, passed } = this.#changes()
    const found = new Set<Binding>()
    let [ranges, callees] = [changes, setters]
    while (callees.length > 0 && ranges.some((range) => this.#takesParameters(range, callees[0]!.scope))) {
      ranges = callees.flatMap((callee) => [...(passed.get(callee) ?? []), ...(called.get(callee) ?? [])])
      callees = this.declaring(ranges, callees[0]!.scope).filter((caller) => !found.has(caller))
      for (const caller of callees) found.add(caller)
    }
    return [...found]
  }

  #takesParameters({ from }: Range, outside: Scope): boolean {
    for (let scope = this.scopes.at[from]; scope !== undefined && scope !== outside; scope = scope.parent)
      if ([...scope.names.values()].some(({ kind }) => kind === 'parameter')) return true
    return false
  }

  #changes(): Changes {
    this.#foundChanges ??= changesIn(this.tokens, this.scopes, (index) => this.isUse(index))
    return this.#foundChanges
  }

  /** The declarations of a scope that the ranges are in. */
  declaring(ranges: readonly Range[], scope: Scope): readonly Binding[] {
    const declarations = this.#declarations.get(scope) ?? declarationsIn(scope)
    this.#declarations.set(scope, declarations)
    return declarationsAround(ranges, declarations)
  }

  /** Which member of `exports` the token at `index` begins the use of. */
  memberAt(index: number): string {
    const { list } = this.tokens
    const name = list[index]!.value
    return `${lookup(name, this.scopes.at[index])?.scope.from} ${name} ${list[index + 2]?.value}`
  }

  /** What is assigned to a member of `exports`, if the token at `index` begins the use of one. */
  assignedMember(index: number): readonly Range[] {
    const { list } = this.tokens
    const [name, member] = [list[index]!.value, list[index + 2]?.value]
    const binding = lookup(name, this.scopes.at[index])
    const found: Range[] = []
    const { from, to } = binding?.scope ?? this.scopes.root
    for (let at = from; at < to; at++) {
      const isIt = list[at]!.value === name && list[at + 2]?.value === member && isPunctuator(list[at + 1], /^\.$/)
      if (!isIt || !isPunctuator(list[at + 3], /^=$/) || lookup(name, this.scopes.at[at]) !== binding) continue
      found.push({ from: at + 4, to: afterExpression(this.tokens, at + 4) })
    }
    return found
  }

  /** The function or class that the `this` at an index belongs to, as in `const self = this`; not the body of a module. */
  functionOfThis(index: number): Scope | undefined {
    const { list } = this.tokens
    const isArrow = ({ from }: Scope) => list[afterGroup(this.tokens, from)]?.value === '=>'
    let scope = this.scopes.at[index]
    while (scope !== undefined && scope.kind !== 'class' && (scope.kind !== 'function' || isArrow(scope)))
      scope = scope.parent
    return scope?.kind === 'function' && isOfTable(list, scope.from) ? undefined : scope
  }

  /**
   * What the `this` of a function may be: the innermost class around it, with its decorators, or else the innermost
   * declaration, or else the statement; and the variables that hold it, as in `let Rows = class Rows {}`.
   */
  ownerOf(range: Range): { readonly range: Range; readonly held: readonly Binding[] } {
    const { classes, parts } = this.scopes
    const isAround =
      ({ from, to }: Range) =>
      (part: Part) =>
        part.from <= from && to <= part.to
    const owner = classes.findLast(isAround(range)) ?? parts.findLast(isAround(range))
    if (owner === undefined) return { range: this.#statementAround(range), held: [] }
    const held = parts.filter((part) => isAround(owner)(part) && owner.from - part.from <= BEFORE_CLASS)
    return {
      range: { from: this.#decorated(owner.from), to: owner.to },
      held: held.map(({ at }) => lookup(this.tokens.list[at]!.value, this.scopes.at[at])!),
    }
  }

  #statementAround({ from: first, to: last }: Range): Range {
    let scope = this.scopes.at[first]!
    while (scope.kind !== 'body') scope = scope.parent!
    for (let from = scope.parent === undefined ? 0 : scope.from + 1; from <= first; ) {
      const to = Math.max(afterStatement(this.tokens, from), from + 1)
      if (last <= to) return { from, to }
      from = to
    }
    return { from: first, to: last }
  }

  /** Where the decorators of a class begin, or else the class. */
  #decorated(index: number): number {
    const { list, opening } = this.tokens
    let from = index
    while (/^(export|default)$/.test(list[from - 1]?.value ?? '')) from--
    let name = opening.get(from - 1) ?? from
    do name--
    while (list[name]?.type === 'IdentifierName' && isPunctuator(list[name - 1], /^\.$/) && --name)
    return list[name - 1]?.value === '@' ? this.#decorated(name - 1) : index
  }
}

const isOutside = (of: Range) => (range: Range) => range.to <= of.from || of.to <= range.from

const isImported = ({ parts }: Binding) => parts.some(({ specifier }) => specifier !== undefined)

/** The sources that this task has parsed: a bundle may hold many functions. Large ones would take much memory for longer. */
const parsed = new Map<string, ParsedSource>()

/** Parses a source. */
export function parse(text: string, importer: Importer): ParsedSource {
  const key = `${importer.file}\0${importer.place}\0${importer.isOtherVersion}`
  const known = parsed.get(key)
  if (known?.text === text) return known
  const found = new ParsedSource(text, importer)
  if (parsed.size === 0) Promise.resolve().then(() => parsed.clear())
  parsed.set(key, found)
  return found
}
