import type { CallSite } from './call-site.ts'
import { positionOf } from './code-of.ts'
import { declaratorsAt, importsAt, type Range } from './declared-names.ts'
import { waitingLoops } from './loops.ts'
import { mappedPlace } from './mapped-place.ts'
import { type ParsedSource, parse } from './parsed-source.ts'
import { afterStatement, isName } from './scopes.ts'
import type { SourceFiles } from './source-files.ts'
import { afterGroup, isPunctuator, type Tokens } from './source-tokens.ts'
import { isOfClass, isStatic, type Place } from './wrapping-place.ts'

/**
 * Whether one evaluation of a module body may make a call again, in a loop that goes on after an `await`: no caller distinguishes
 * that from another evaluation. The file has the source of the module, and not what a host made of it: the place is that of
 * the source if the host keeps source maps. If not, the names in the loop decide.
 */
export function mayRepeatCall({ home, path }: Place, files: SourceFiles): boolean {
  const content = files.read(home.file)
  if (content === undefined) return false
  const source = parse(content, { file: home.file, place: home.file, files, isOtherVersion: false })
  const loops = waitingLoops(source.tokens)
  if (loops.length === 0) return false
  const mapped = mappedPlace(isStatic(path.at(-2)) ? path.at(-2)! : home)
  if (mapped !== undefined && home.file.endsWith(mapped.file.replace(/^(\.\.?\/)+/, ''))) {
    const call = source.indexAt(positionOf(content, mapped))
    return loops.some(({ from, to }) => from <= call && call < to)
  }
  const names = namesOf(path, source)
  return names === undefined || loops.some((loop) => uses(source, loop, names))
}

/** The names by which a module may call what wrapped the function; `undefined` if that may be any name. */
function namesOf(path: CallSite, source: ParsedSource): ReadonlySet<string> | undefined {
  const { list } = source.tokens
  // Code of a class stands where the module has the class.
  const callee = path.slice(0, -1).findLast((frame) => !isOfClass(frame))?.functionName
  const names = new Set<string>()
  const declarations = declarationsOf(source.tokens)
  if (callee === undefined) for (const { at, isOfCore } of declarations) if (isOfCore) names.add(at[0]!)
  const name = /[\w$]+$/.exec(callee ?? '')?.[0]
  if (name !== undefined && list.some(({ value }) => value === name)) names.add(name)
  if (names.size === 0) return undefined
  for (let size = 0; size < names.size; ) {
    size = names.size
    for (const declaration of declarations)
      if (uses(source, declaration, names, callee === undefined ? isWrapped : isCalled))
        for (const at of declaration.at) names.add(at)
  }
  return names
}

interface Declared extends Range {
  readonly at: readonly string[]
  readonly isOfCore?: boolean
}

function declarationsOf(tokens: Tokens): readonly Declared[] {
  const { list } = tokens
  const found: Declared[] = []
  const valueAt = (index: number) => list[index]?.value ?? ''
  for (const [index, { value }] of list.entries()) {
    if (!isName(list, index)) continue
    if (value === 'import')
      for (const { at, from, to, specifier } of importsAt(list, index + 1)) {
        const isOfCore =
          specifier?.value.slice(1, -1) === '@persist/core' && !/^(memoryStore|\w+Error)$/.test(valueAt(from))
        found.push({ at: [valueAt(at)], from, to, isOfCore })
      }
    else if (/^(const|let|var)$/.test(value))
      for (const { names, from, to } of declaratorsAt(tokens, index + 1))
        found.push({ at: names.map(valueAt), from, to })
    else if (/^(function|class)$/.test(value))
      found.push({ at: [valueAt(index + 1), valueAt(index + 2)], from: index, to: afterStatement(tokens, index) })
  }
  return found
}

/** Whether a range has one of the names, other than in calls whose result is no longer the function. */
function uses(
  { tokens }: ParsedSource,
  { from, to }: Range,
  names: ReadonlySet<string>,
  isResult: (tokens: Tokens, after: number) => boolean = () => false,
) {
  for (let index = from; index < to; index++)
    if (names.has(tokens.list[index]!.value) && !isResult(tokens, index + 1)) return true
  return false
}

const isCalled = ({ list }: Tokens, after: number) => isPunctuator(list[after], /^[(<]$/)

/** Whether core wraps a function in a call, as in `persist(async (id) => …)`, `persist(options)(find)`. */
function isWrapped(tokens: Tokens, after: number): boolean {
  const { list } = tokens
  if (isPunctuator(list[after], /^\.$/)) return isWrapped(tokens, after + 2)
  if (!isPunctuator(list[after], /^\($/)) return false
  const first = list[after + 1]
  const next = list[afterGroup(tokens, after + 1)]?.value ?? ''
  return (
    /^(async|function)$/.test(first?.value ?? '') ||
    /^(=>|:)$/.test(next) ||
    isPunctuator(list[afterGroup(tokens, after)], /^\($/)
  )
}
