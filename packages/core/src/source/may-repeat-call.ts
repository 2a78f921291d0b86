import type { CallSite, Frame } from './call-site.ts'
import { positionOf } from './code-of.ts'
import { declaratorsAt, importsAt, type Range } from './declared-names.ts'
import { waitingLoops } from './loops.ts'
import { lowerBound } from './lower-bound.ts'
import { mappedPlace } from './mapped-place.ts'
import { isAsyncModule } from './module-body.ts'
import { afterStatement, isName } from './scopes.ts'
import type { SourceFiles } from './source-files.ts'
import {
  afterExpression,
  afterGroup,
  afterTypes,
  isPunctuator,
  type SourceToken,
  type Tokens,
  tokensOf,
} from './source-tokens.ts'
import { isEvaluatedAsyncModule, turbopackSource } from './turbopack-modules.ts'
import { isOfClass, isStatic, type Place } from './wrapping-place.ts'

/**
 * Whether one evaluation of a module body may make a call again, in a loop that goes on after an `await`: no caller distinguishes
 * that from another evaluation. The file has the source of the module, and not what a host made of it: the place is that of
 * the source if the host keeps source maps. If not, the names in the loop decide.
 */
export function mayRepeatCall(place: Place, files: SourceFiles): boolean {
  if (isEvaluatedAsyncModule(place.home)) {
    // The file is the chunk before the edit, so all loops of the source count.
    const source = turbopackSource(place.home, files)
    const text = source && files.read(source)
    return text === undefined || readingsOf(source!, text).some(({ loops }) => loops.length > 0)
  }
  const content = files.read(place.home.file)
  return (
    content !== undefined && readingsOf(place.home.file, content).some((reading) => mayRepeat(place, content, reading))
  )
}

const JSX = /\.[jt]sx$/

/** The tokens of a source, and its loops. */
interface Reading {
  readonly tokens: Tokens
  readonly loops: readonly Range[]
}

/** What this task has read, since a module may have hundreds of functions. */
const known = new Map<string, { readonly content: string; readonly readings: readonly Reading[] }>()

/** A file with JSX is read twice, as `<T>(id: T) => id` may be the beginning of an element. */
function readingsOf(file: string, content: string): readonly Reading[] {
  const before = known.get(file)
  if (before?.content === content) return before.readings
  const readings = (JSX.test(file) ? [false, true] : [false]).map((jsx) => {
    const tokens = tokensOf(content, { jsx })
    return { tokens, loops: waitingLoops(tokens) }
  })
  if (known.size === 0) Promise.resolve().then(() => known.clear())
  known.set(file, { content, readings })
  return readings
}

function mayRepeat({ home, path }: Place, content: string, { tokens, loops }: Reading): boolean {
  const isIn = (ranges: readonly Range[], position: number) => {
    const call = lowerBound(tokens.list, ({ at }) => at >= position)
    return ranges.some(({ from, to }) => from <= call && call < to)
  }
  // The file is the bundle, where the frame has the place.
  if (isAsyncModule(home, content)) return isIn(loopsOfFunction(tokens, content, home), positionOf(content, home))
  // Text of other languages, as in `<p>It's</p>`, may hide a loop.
  if (!tokens.isComplete && !JSX.test(home.file)) return /\b(for|while|do)\b/.test(content)
  if (loops.length === 0) return false
  // Bun gives the places in the source. It drops the frames of wrappers that return at once what core returns.
  if (home.isModuleCode === true) return isIn(loops, positionOf(content, home))
  const names = namesOf(path, tokens)
  const mapped = mappedPlace(isStatic(path.at(-2)) ? path.at(-2)! : home)
  if (mapped !== undefined && home.file.endsWith(mapped.file.replace(/^(\.\.?\/)+/, ''))) {
    const position = positionOf(content, mapped)
    const call = lowerBound(tokens.list, ({ at }) => at >= position)
    // A host may still have the map of the code before an edit, as source-map-support and vite-node do.
    const around = { from: Math.max(call - 2, 0), to: Math.min(call + 3, tokens.list.length) }
    if (names === undefined || uses(tokens, around, names)) return isIn(loops, position)
  }
  return names === undefined || loops.some((loop) => uses(tokens, loop, names))
}

/** The loops in the function of a frame, which wait. */
function loopsOfFunction(tokens: Tokens, content: string, { begin }: Frame): readonly Range[] {
  const begun = positionOf(content, begin!)
  const open = tokens.list.findIndex(({ at, value }) => at > begun && value === '{')
  return waitingLoops(tokens, { from: open, to: afterGroup(tokens, open) })
}

/** The names by which a module may call what wrapped the function; `undefined` if that may be any name. */
function namesOf(path: CallSite, tokens: Tokens): ReadonlySet<string> | undefined {
  const { list } = tokens
  // Code of a class stands where the module has the class.
  const callee = path.slice(0, -1).findLast((frame) => !isOfClass(frame))?.functionName
  const names = new Set<string>()
  const declarations = declarationsOf(tokens)
  if (callee === undefined)
    for (const { at, isOfCore } of declarations) if (isOfCore) for (const name of at) names.add(name)
  const name = /[\w$]+$/.exec(callee ?? '')?.[0]
  if (name !== undefined && list.some(({ value }) => value === name)) names.add(name)
  if (names.size === 0) return undefined
  // Functions such as `withCache` in `const cached = withCache('rows')`, which return what wraps functions.
  const makers = new Set<string>()
  for (let size = -1; size < names.size + makers.size; ) {
    size = names.size + makers.size
    for (const declaration of declarations) {
      const isNamed = uses(tokens, declaration, names, callee === undefined ? isWrapped : isCalled)
      if (!isNamed && !uses(tokens, declaration, makers)) continue
      for (const at of declaration.at) {
        names.add(at)
        if (callee !== undefined && hasFunction(tokens, declaration)) makers.add(at)
      }
    }
  }
  return names
}

interface Declared extends Range {
  readonly at: readonly string[]
  readonly isOfCore?: boolean
}

/** The functions of core that wrap others. A module may have them from one of its own, which calls `createPersist`. */
const WRAPPERS = /^(persist|persisted|createPersist)$/

const isCore = (token: SourceToken | undefined) => token?.value.slice(1, -1) === '@persist/core'

function declarationsOf(tokens: Tokens): readonly Declared[] {
  const { list } = tokens
  const found: Declared[] = []
  const valueAt = (index: number) => list[index]?.value ?? ''
  for (const [index, { type, value }] of list.entries()) {
    if (type !== 'IdentifierName') continue
    // What is assigned, also to a member.
    if (isPunctuator(list[index + 1], /^(\?\?|\|\||&&)?=$/))
      found.push({ at: [value], from: index + 2, to: afterExpression(tokens, index + 2) })
    if (!isName(list, index)) continue
    if (value === 'import')
      for (const { at, from, to, specifier, isDefault } of importsAt(list, index + 1)) {
        const isWhole = isCore(specifier) && (isDefault === true || valueAt(from) === '*')
        const isOfCore = isWhole || WRAPPERS.test(valueAt(from)) || WRAPPERS.test(valueAt(at))
        found.push({ at: [valueAt(at)], from, to, isOfCore })
      }
    else if (/^(const|let|var)$/.test(value)) {
      const [from, to] = [index + 1, afterStatement(tokens, index)]
      const at = [...declaratorsAt(tokens, from)].flatMap(({ names }) => names.map(valueAt))
      const init = isName(list, from) ? from + 1 : from
      found.push({ at, from: init, to, isOfCore: list.slice(init, to).some(isCore) })
    } else if (/^(function|class)$/.test(value)) {
      const at = valueAt(index + 1) === '*' ? index + 2 : index + 1
      if (list[at]?.type === 'IdentifierName')
        found.push({ at: [valueAt(at)], from: at + 1, to: afterStatement(tokens, index) })
    }
  }
  return found
}

function hasFunction({ list }: Tokens, { from, to }: Range): boolean {
  return list.slice(from, to).some(({ value }) => value === '=>' || value === 'function' || value === 'return')
}

/** Whether a range has one of the names, other than in calls whose result is no longer the function. */
function uses(
  tokens: Tokens,
  { from, to }: Range,
  names: ReadonlySet<string>,
  isResult: (tokens: Tokens, index: number) => boolean = () => false,
) {
  for (let index = from; index < to; index++)
    if (names.has(tokens.list[index]!.value) && !isResult(tokens, index)) return true
  return false
}

/** Not `function cached(fn) {`, which a function around it may return. */
const isCalled = ({ list }: Tokens, index: number) =>
  isPunctuator(list[index + 1], /^[(<]$/) && !/^(function|\*)$/.test(list[index - 1]?.value ?? '')

/** Whether core wraps a function in a call: `persist(async (id) => …)`, `persist(find, options)`, `persist(options)(find)`. */
function isWrapped(tokens: Tokens, index: number): boolean {
  const { list } = tokens
  if (isPunctuator(list[index + 1], /^\.$/)) return isWrapped(tokens, index + 2)
  const open = afterTypes(tokens, index + 1)
  if (!isPunctuator(list[open], /^\($/)) return false
  const after = afterGroup(tokens, open)
  const first = list[open + 1]
  const next = afterExpression(tokens, open + 1)
  return (
    // A decorator, whose class is none.
    isPunctuator(list[index - 1], /^@$/) ||
    isPunctuator(list[after], /^\($/) ||
    /^(async|function)$/.test(first?.value ?? '') ||
    (isPunctuator(list[next], /^,$/) && next < after - 2) ||
    /^(=>|:)$/.test(list[afterGroup(tokens, open + 1)]?.value ?? '')
  )
}
