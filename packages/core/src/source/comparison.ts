import { codeOf } from './code-of.ts'
import type { Range } from './declared-names.ts'
import { isGlobal } from './globals.ts'
import { dependsOnName, isInOtherFolder } from './own-place.ts'
import type { ParsedSource } from './parsed-source.ts'
import { programOf } from './program.ts'
import { type Binding, lookup, type Scope } from './scopes.ts'

/** Statements that only export names, or evaluate a module of a bundle. */
const EXPORTS =
  /^(export |exports \. \S+ = \S+ (; |$)|module \. exports|0 && \(|\S+ \. r \( [\w$]+ \)|\S+ \. d \( [\w$]+ ,|__export \(|init_\w+ \( \))/

const MODULE_NAMES = /^__(webpack|turbopack|TURBOPACK)_/

/** A comparison of one function in two files. */
export class Comparison {
  readonly #seen = new Map<Binding, Set<Binding>>()
  /** The names that are still to be compared. A list, since chains of names in a bundle are longer than the stack. */
  readonly #pending: [mine: Binding, others: Binding][] = []
  readonly #pendingRanges: [mine: Range, others: Range][] = []
  readonly #seenMembers = new Set<string>()
  readonly #seenOwners = new Set<Scope>()

  readonly #mine: ParsedSource
  readonly #others: ParsedSource

  readonly #here: Range
  readonly #there: Range

  constructor(mine: ParsedSource, others: ParsedSource, here: Range, there: Range) {
    this.#mine = mine
    this.#others = others
    this.#here = here
    this.#there = there
  }

  agree(usesThis: boolean): boolean {
    const [here, there] = [this.#here, this.#there]
    if (!this.#ranges(here, there) || (usesThis && !this.#owners(here, there))) return false
    while (this.#pending.length > 0 || this.#pendingRanges.length > 0) {
      const [ranges, bindings] = [this.#pendingRanges.pop(), this.#pending.pop()]
      if (ranges !== undefined && !this.#ranges(...ranges)) return false
      if (bindings !== undefined && !this.#bindings(...bindings)) return false
    }
    // What has been compared once need not be compared for the next function.
    for (const [binding, others] of this.#seen) for (const other of others) this.#mine.agreed.add(binding, other)
    return true
  }

  /** Whether two pieces of code are equal, and all names in them mean the same. */
  #ranges(here: Range, there: Range): boolean {
    if (here.to - here.from !== there.to - there.from) return false
    const code = codeOf(this.#mine, here)
    if (code !== codeOf(this.#others, there) || dependsOnName(code)) return false
    if (isInOtherFolder(code, this.#mine, this.#others)) return false
    for (let offset = 0; offset < here.to - here.from; offset++) {
      const [index, other] = [here.from + offset, there.from + offset]
      const name = this.#mine.tokens.list[index]!.value
      if (name === 'this' && !this.#outerThis(index, other, here.from)) return false
      // Arguments of a function around it, as in `(function () { const [table] = arguments; … })('users')`.
      if (name === 'arguments' && this.#mine.isUse(index) && this.#mine.functionOfThis(index)?.kind === 'function')
        if (this.#mine.functionOfThis(index)!.from < here.from) return false
      if (!this.#mine.isUse(index)) continue
      const [mine, others] = [lookup(name, this.#mine.scopes.at[index]), lookup(name, this.#others.scopes.at[other])]
      const [isOwn, isOwnThere] = [isDeclaredIn(mine, here), isDeclaredIn(others, there)]
      if (isOwn !== isOwnThere) return false
      if (!isOwn && !this.#names(name, mine, others, index, other)) return false
    }
    return true
  }

  /** Compares what has the `this` of `const self = this`, and later what that is. */
  #outerThis(index: number, other: number, from: number): boolean {
    const [mine, others] = [this.#mine.functionOfThis(index), this.#others.functionOfThis(other)]
    if (mine === undefined || others === undefined) return mine === others
    if (mine.from >= from || this.#seenOwners.has(mine)) return true
    this.#seenOwners.add(mine)
    const [owner, otherOwner] = [this.#mine.ownerOf(mine), this.#others.ownerOf(others)]
    this.#pendingRanges.push([owner.range, otherOwner.range])
    return this.#allLater(owner.held, otherOwner.held)
  }

  #names(name: string, mine: Binding | undefined, others: Binding | undefined, index: number, other: number): boolean {
    if (MODULE_NAMES.test(name) && mine?.kind !== 'declared') return this.#isOneProgram()
    if (mine === undefined && others === undefined) {
      if (isGlobal(name)) return true
      return (name !== 'exports' && name !== 'module') || this.#exports(index, other, false)
    }
    if (mine === undefined || others === undefined || mine.kind !== others.kind) return false
    if (mine.kind === 'wrapped') return this.#isOneProgram() && this.#exports(index, other, true)
    if (mine.kind === 'declared') this.#compareLater(mine, others)
    return mine.kind === 'declared'
  }

  /** Whether a number of a module in a bundle stands for one module in both files. Each program counts its own modules. */
  #isOneProgram(): boolean {
    const [mine, others] = [this.#mine.importer, this.#others.importer]
    const isOneVersion = mine.place === others.place && !mine.isOtherVersion
    return isOneVersion || programOf(mine.file, mine.files) === programOf(others.file, others.files)
  }

  #compareLater(mine: Binding, others: Binding): void {
    const seen = this.#seen.get(mine) ?? new Set()
    if (seen.has(others) || this.#mine.agreed.has(mine, others)) return
    this.#seen.set(mine, seen.add(others))
    this.#pending.push([mine, others])
  }

  #bindings(mine: Binding, others: Binding): boolean {
    if (mine.parts.length !== others.parts.length) return false
    const areEqual = mine.parts.every((part, i) => {
      const other = others.parts[i]!
      const [from, fromThere] = [this.#mine.target(part), this.#others.target(other)]
      if (from !== fromThere || part.isDefault !== other.isDefault) return false
      return from === undefined ? this.#ranges(part, other) : codeOf(this.#mine, part) === codeOf(this.#others, other)
    })
    return areEqual && this.#effects(mine, others) && this.#assignments(mine, others)
  }

  /** Compares the statements beside a declaration that use the name, as in `rows.push('users')`. */
  #effects(mine: Binding, others: Binding): boolean {
    const [here, there] = [effectsOn(mine, this.#mine), effectsOn(others, this.#others)]
    return here.length === there.length && here.every((range, i) => this.#ranges(range, there[i]!))
  }

  /**
   * Compares changes in functions, and how these functions are called. A bundler may have left out all of them, apart from
   * the functions that the module itself calls.
   */
  #assignments(mine: Binding, others: Binding): boolean {
    const [run, runThere] = [this.#mine.settersRun(mine, this.#here), this.#others.settersRun(others, this.#there)]
    if (!this.#allLater(run, runThere) || !this.#fillings(mine, others)) return false
    const [here, there] = [this.#mine.assignedLater(mine, this.#here), this.#others.assignedLater(others, this.#there)]
    if (here.length === 0 || there.length === 0) return true
    const code = (source: ParsedSource) => (range: Range) => codeOf(source, range)
    if (here.map(code(this.#mine)).join('\n') !== there.map(code(this.#others)).join('\n')) return false
    // What they assign may be a parameter.
    return this.#allLater(this.#mine.declaring(here, mine.scope), this.#others.declaring(there, others.scope))
  }

  /** Compares calls such as `const first = rows.push('users')`. A bundler may have left out some in one of the files. */
  #fillings(mine: Binding, others: Binding): boolean {
    const code = (source: ParsedSource) => (range: Range) => codeOf(source, range)
    const [filled, filledThere] = [
      this.#mine.filled(mine, this.#here).map(code(this.#mine)),
      this.#others.filled(others, this.#there).map(code(this.#others)),
    ]
    return !hasMore(filled, filledThere) || !hasMore(filledThere, filled)
  }

  #allLater(mine: readonly Binding[], others: readonly Binding[]): boolean {
    for (const [i, binding] of mine.entries()) if (others[i] !== undefined) this.#compareLater(binding, others[i])
    return mine.length === others.length
  }

  /** Compares what a module of CommonJS has assigned to a property of its `exports`. */
  #exports(index: number, other: number, isBundled: boolean): boolean {
    const key = `${this.#mine.memberAt(index)} ${this.#others.memberAt(other)}`
    // Once, since members may use each other.
    if (this.#seenMembers.has(key)) return true
    const [here, there] = [this.#mine.assignedMember(index), this.#others.assignedMember(other)]
    if (here.length === 0 && there.length === 0) return isBundled
    this.#seenMembers.add(key)
    for (const [i, range] of here.entries()) if (there[i] !== undefined) this.#pendingRanges.push([range, there[i]])
    return here.length === there.length
  }

  /** Compares what the `this` of a function may be. */
  #owners(here: Range, there: Range): boolean {
    const [mine, others] = [this.#mine.ownerOf(here), this.#others.ownerOf(there)]
    return this.#allLater(mine.held, others.held) && this.#ranges(mine.range, others.range)
  }
}

function hasMore(codes: readonly string[], others: readonly string[]): boolean {
  const known = new Set(others)
  return codes.some((code) => !known.has(code))
}

function isDeclaredIn(binding: Binding | undefined, { from, to }: Range): boolean {
  return binding?.parts.some(({ at }) => at >= from && at < to) === true
}

function effectsOn({ name, scope }: Binding, source: ParsedSource): readonly Range[] {
  const found = source.statementsWith(name, scope)
  return found.filter(
    (range) => !EXPORTS.test(codeOf(source, { from: range.from, to: Math.min(range.to, range.from + 6) })),
  )
}
