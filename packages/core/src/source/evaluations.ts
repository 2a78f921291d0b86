import { areTwoNames, isNamedByBundler } from './bundler-names.ts'
import type { CallSite, Frame } from './call-site.ts'
import { areCopies } from './copies.ts'
import { isModuleBody } from './module-body.ts'
import { haveOneOrigin } from './origins.ts'
import { programOf } from './program.ts'
import { readsQuery } from './reads-query.ts'
import type { SourceFiles } from './source-files.ts'
import { isWrittenInCall } from './written-in-call.ts'

/** One wrapping of a function under a namespace of a store. */
export interface Wrapping {
  /** The source text; `undefined` where there is none, as for native and bound functions. */
  readonly text: string | undefined
  /** The stack of the call that wrapped it, if the runtime has one. */
  readonly site: CallSite | undefined
  /** The time of the wrapping, in milliseconds since 1970. */
  readonly at: number
  /** The task of the wrapping: the same object for all wrappings in one task. */
  readonly run: object
  /** The file of which a configuration has the function, which tools write to another file at each load. */
  readonly loadOf: string | undefined
}

/** What an owner of a name keeps of its wrapping when the function is gone. An older copy of core gives less. */
export interface LostWrapping {
  /** The files in its stack. */
  readonly files?: readonly string[]
  readonly loadOf?: string | undefined
  /** The time of the wrapping, in milliseconds since 1970. */
  readonly at: number
}

/** A function that is gone. */
export interface Lost extends LostWrapping {
  /** Whether it had the text of the second one. */
  readonly hadText: boolean
}

/** The environment of a comparison. */
export interface Circumstances {
  readonly files: SourceFiles
  /** Whether modules are often evaluated again: `NODE_ENV` is `development` or `test`, or Bun runs with `--hot`. */
  readonly reloads: boolean
}

/** `again`: one function, whose module was evaluated again. All others are functions that must not share a namespace. */
export type Relation = 'again' | 'two functions' | 'two places' | 'made by one function'

/**
 * Decides whether two function objects under one namespace are one function that was evaluated again (hot reload,
 * `vi.resetModules()`, `import('./x.js?v=2')`, one copy in each of two bundles) or two functions.
 *
 * - *Text and place.* A function has a source text and a place: the frames from the call of `persist` out to the body of the
 *   module. A module's body runs once per evaluation, so the same place in another task means another evaluation.
 * - *Same text, same place.* Evaluated again; but a loop if both wrappings have one task and one stack, or if an ES module
 *   has one URL. After a top-level `await` no stack distinguishes a loop from another evaluation, so `NODE_ENV` decides.
 * - *Same text, another place in the same file.* Evaluated again if the URL has another query or the file was edited since.
 * - *Another file.* Copies of one module if module bodies made both wrappings, and the source maps name one place of one
 *   source, or that of one file names the other one. Without maps, text and context have to agree (see {@link areCopies}).
 * - *Another load of a configuration.* Tools write it to another file each time, so this is another evaluation if both have
 *   the function of one file.
 * - *Another text in the same file.* Evaluated again if the file was edited since.
 * - *No module body in the stack.* Functions that a function creates have one text and differ in the variables they capture.
 *
 * Undecided cases count as two functions: an error is better than the results of another function.
 */
export function compareWrappings(first: Wrapping, second: Wrapping, circumstances: Circumstances): Relation {
  const [before, now] = [placeOf(first, circumstances.files), placeOf(second, circumstances.files)]
  if (before === undefined || now === undefined || areOfTwoPrograms(before, now)) return 'two functions'
  const sameText = first.text === second.text
  if (before.home.file !== now.home.file) {
    if (first.loadOf !== undefined && second.loadOf !== undefined)
      return first.loadOf === second.loadOf && before.isModule && now.isModule ? 'again' : 'two functions'
    const areDirect = isDirect(first, before, circumstances.files) && isDirect(second, now, circumstances.files)
    return areDirect && areOne(first, second, before, now, circumstances) ? 'again' : 'two functions'
  }
  if (sameText && before.isModule && now.isModule && samePath(before.path, now.path)) {
    if (first.run === second.run && sameStack(first, second)) return 'made by one function'
    if (isOtherUrl(before, now, circumstances)) return 'again'
    if (now.home.isLoadedOnce) return 'made by one function'
    const mayRepeat = now.isSynchronous || circumstances.reloads || reloaded(first, second, before, now, circumstances)
    return mayRepeat ? 'again' : 'made by one function'
  }
  if (reloaded(first, second, before, now, circumstances)) return 'again'
  if (!sameText) return 'two functions'
  return samePath(before.path, now.path) ? 'made by one function' : 'two places'
}

/**
 * Decides the same if the first function is gone, with its place. A module that is evaluated again may have let go of its
 * earlier functions. A function that makes functions, and a loop, do so in any case.
 */
export function compareWithLost(first: Lost, second: Wrapping, { files, reloads }: Circumstances): Relation {
  const now = placeOf(second, files)
  if (now === undefined) return 'two functions'
  const { files: lost, loadOf, hadText } = first
  const isLost = (program: string) => lost?.some((file) => programOf(file, files) === program) === true
  if (now.program !== undefined && lost !== undefined && !isLost(now.program)) return 'two functions'
  if (!hadText)
    return lost === undefined || reloads || isLaterText(first, second, now, files) ? 'again' : 'two functions'
  if (now.isModule && lost?.includes(now.home.file) === false) {
    if (loadOf !== undefined && loadOf === second.loadOf) return 'again'
    const { text } = second
    const areEqual = (file: string) => areCopies(text!, { ...now.home, file, line: 1, column: 1 }, now.home, files)
    const isCopy = text !== undefined && isDirect(second, now, files) && lost.some((file) => areEqual(file) === true)
    return isCopy ? 'again' : 'two functions'
  }
  const isOnlyEvaluation = now.home.isLoadedOnce && (now.home.query === '' || readsQuery(now.home, files))
  return now.isModule && !isOnlyEvaluation ? 'again' : 'made by one function'
}

/** Whether a function with another text is that of a module that was loaded again after an edit. */
function isLaterText(
  { at, files: lost, loadOf }: Lost,
  second: Wrapping,
  { isModule, home }: Place,
  files: SourceFiles,
) {
  if (!isModule) return false
  if (loadOf !== undefined && loadOf === second.loadOf) return true
  if (lost?.includes(home.file) !== true) return false
  return (home.query !== '' && !readsQuery(home, files)) || wasEdited(home.file, at, second.at, files) === true
}

/** The place of a wrapping. */
interface Place {
  /** The frames from the call of `persist` to the module body; the whole stack if no module is being evaluated. */
  readonly path: CallSite
  /** The module body; the caller of `persist` if no module is being evaluated. */
  readonly home: Frame
  readonly isModule: boolean
  /** The folder of the program, if the name of the module is one of that program only, as `webpack-internal:///./src/rows.js`. */
  readonly program: string | undefined
  /** Whether a caller of the module body is on the stack. After an `await` there is none. */
  readonly isSynchronous: boolean
}

function placeOf({ site }: Wrapping, files: SourceFiles): Place | undefined {
  if (site === undefined) return undefined
  const running = site.filter(({ isAsync }) => !isAsync)
  const end = running.findIndex((_, index) => isModuleBody(running, index, files))
  const home = end < 0 ? site.find(({ file }) => file !== '') : running[end]
  if (home === undefined) return undefined
  const isModule = end >= 0
  const bundle = isNamedByBundler(home.file)
    ? running.slice(end + 1).find(({ file }) => /^(\/|[A-Z]:)/i.test(file))
    : undefined
  return {
    path: isModule ? running.slice(0, end + 1) : site,
    home,
    isModule,
    program: bundle && programOf(bundle.file, files),
    isSynchronous: running.slice(end + 1).some(({ file }) => !file.startsWith('node:internal/process/')),
  }
}

function areOfTwoPrograms({ program: before }: Place, { program: now }: Place): boolean {
  return before !== undefined && now !== undefined && before !== now
}

/** Whether the module has another query, which loads it again. A module that reads its query has it as a parameter. */
function isOtherUrl({ home: before }: Place, { home: now }: Place, { files }: Pick<Circumstances, 'files'>): boolean {
  return before.query !== now.query && !readsQuery(now, files)
}

/** Whether the file was loaded again since, possibly with other code. */
function reloaded(first: Wrapping, second: Wrapping, before: Place, now: Place, { files, reloads }: Circumstances) {
  const bothModules = before.isModule && now.isModule
  if (bothModules && isOtherUrl(before, now, { files })) return true
  const isEdited = wasEdited(now.home.file, first.at, second.at, files)
  if (isEdited === undefined) return bothModules && reloads && first.run !== second.run
  // A wrapping inside a function may still run the code that was loaded before.
  return isEdited && (bothModules || (reloads && first.text !== second.text))
}

/** Whether a file was edited between two times; `undefined` if there is no file. */
function wasEdited(file: string, from: number, to: number, files: SourceFiles): boolean | undefined {
  const changedAt = files.changedAt(file)
  // Clocks count whole milliseconds, and an unpacked file may have a time in the future.
  return changedAt === undefined ? undefined : Math.floor(changedAt) > from && Math.floor(changedAt) <= to
}

/** Whether a module body wrapped the function directly or by a call with it, so that it captures only variables of the module. */
function isDirect({ text }: Wrapping, { isModule, path, home }: Place, files: SourceFiles): boolean {
  if (!isModule) return false
  const isAlone = path.slice(0, -1).every((frame) => passesNothing(frame, files))
  return isAlone || (text !== undefined && isWrittenInCall(text, home, files))
}

/** Whether two files hold one function. */
function areOne(first: Wrapping, second: Wrapping, before: Place, now: Place, { files, reloads }: Circumstances) {
  if (first.text === undefined || second.text === undefined) return false
  const one = { text: first.text, home: before.home }
  const other = { text: second.text, home: now.home }
  const byMaps = haveOneOrigin(one, other, files)
  if (byMaps !== undefined) return byMaps
  if (first.text !== second.text || areTwoNames(before.home.file, now.home.file)) return false
  return areCopies(first.text, before.home, now.home, files) ?? reloads
}

const DECORATOR_FUNCTIONS =
  /^(__decorate|__esDecorate|__decorateElement|__decorateClass|__runInitializers|_*apply_?[dD]ecs\w*|_ts_decorate)$/

/** Whether a frame passes no variable to the function: code of decorators, a static block, `(() => { … })()`. */
function passesNothing({ functionName, file, begin }: Frame, files: SourceFiles): boolean {
  if (DECORATOR_FUNCTIONS.test(functionName) || /^<static_(initializer|fields)/.test(functionName)) return true
  if (functionName !== '' || begin === undefined) return false
  const line = files
    .read(file)
    ?.split('\n')
    [begin.line - 1]?.slice(begin.column - 1)
  return line !== undefined && /^(async\b\s*)?(function\b[\s*]*)?\(\s*\)/.test(line)
}

const sameFrame = (a: Frame, b: Frame) => a.file === b.file && a.line === b.line && a.column === b.column

function samePath(first: CallSite, second: CallSite): boolean {
  return first.length === second.length && first.every((frame, i) => sameFrame(frame, second[i]!))
}

function sameStack({ site: first }: Wrapping, { site: second }: Wrapping): boolean {
  return first !== undefined && second !== undefined && samePath(first, second)
}
