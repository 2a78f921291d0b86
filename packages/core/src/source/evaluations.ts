import type { CallSite, Frame } from './call-site.ts'
import { areCopies } from './copies.ts'
import { isModuleBody } from './module-body.ts'
import { differInNamesOnly } from './renaming.ts'
import type { SourceFiles } from './source-files.ts'
import { originOf } from './source-map.ts'

/** One function that was given a name in a store. */
export interface Wrapping {
  /** The source text; `undefined` where there is none, as for native and bound functions. */
  readonly text: string | undefined
  /** From where it was wrapped, if the runtime tells. */
  readonly site: CallSite | undefined
  /** When, in milliseconds since 1970. */
  readonly at: number
  /** The same object for all that is wrapped without a break, within one task. */
  readonly run: object
}

/** What is known besides the two wrappings. */
export interface Circumstances {
  readonly files: SourceFiles
  /** Whether `NODE_ENV` is `development` or `test`, where modules are evaluated again as a matter of course. */
  readonly reloads: boolean
}

/** `again`: one function, whose module was evaluated again. All else are functions that must not share a name. */
export type Verdict = 'again' | 'two functions' | 'two places' | 'made by one function'

/**
 * Decides whether two function objects under one name are one function that was evaluated again (hot reload,
 * `vi.resetModules()`, `import('./x.js?v=2')`, one copy in each of two bundles) or two functions.
 *
 * - *Text and place.* A function has a text, and a place: the frames from the call of `persist` out to the body of the
 *   module. A module's body runs once per evaluation, so the same place in another run means another evaluation.
 * - *Same text, same place.* Evaluated again; but a loop, if nothing else ran between and the whole stack is the same, or if
 *   it is one URL of an ES module. After an `await` at the top no stack tells a loop from another evaluation; then
 *   `NODE_ENV` decides.
 * - *Same text, another place of the same file.* Evaluated again, if the URL has another query or the file was edited since.
 * - *Another file.* Copies of one module, if both were wrapped by the body of a module, and either the source maps name one
 *   place of one source, or, where there are no maps, text and surroundings agree (see {@link areCopies}).
 * - *Another text in the same file.* Evaluated again if the file was edited since.
 * - *No body of a module in the stack.* Functions that a function makes have one text and differ in what they capture.
 *
 * What cannot be decided is not the same function: a loud error is better than the results of another function.
 */
export function judge(first: Wrapping, second: Wrapping, circumstances: Circumstances): Verdict {
  const [before, now] = [placeOf(first, circumstances.files), placeOf(second, circumstances.files)]
  if (before === undefined || now === undefined) return 'two functions'
  const sameText = first.text === second.text
  if (before.home.file !== now.home.file) {
    return areDirect(before, now, circumstances) && areOne(first, second, before, now, circumstances)
      ? 'again'
      : 'two functions'
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

/** The frames of a wrapping that count. */
interface Place {
  /** From the call of `persist` to the body of the module; all of the stack, if no module is being evaluated. */
  readonly path: CallSite
  /** The body of the module; the caller of `persist`, if no module is being evaluated. */
  readonly home: Frame
  readonly isModule: boolean
  /** Whether something is waiting for the body of the module, which is not so after an `await`. */
  readonly isSynchronous: boolean
}

function placeOf({ site }: Wrapping, files: SourceFiles): Place | undefined {
  if (site === undefined) return undefined
  const running = site.filter(({ isAsync }) => !isAsync)
  const end = running.findIndex((_, index) => isModuleBody(running, index, files))
  const home = end < 0 ? site.find(({ file }) => file !== '') : running[end]
  if (home === undefined) return undefined
  const isModule = end >= 0
  return {
    path: isModule ? running.slice(0, end + 1) : site,
    home,
    isModule,
    isSynchronous: running.slice(end + 1).some(({ file }) => !file.startsWith('node:internal/process/')),
  }
}

/** The module has another query: a trick to load it again, unless the module reads its query, as a parameter. */
function isOtherUrl({ home: before }: Place, { home: now }: Place, { files }: Pick<Circumstances, 'files'>): boolean {
  if (before.query === now.query) return false
  return !/\bsearch(Params)?\b|\b__resourceQuery\b/.test(files.read(now.file) ?? '')
}

/** The file was loaded again since, with other code at another place. */
function reloaded(first: Wrapping, second: Wrapping, before: Place, now: Place, { files, reloads }: Circumstances) {
  const bothModules = before.isModule && now.isModule
  if (bothModules && isOtherUrl(before, now, { files })) return true
  const changedAt = files.changedAt(now.home.file)
  if (changedAt === undefined) return bothModules && reloads && first.run !== second.run
  // Clocks tell whole milliseconds, and an unpacked file may be from the future.
  const wasEdited = Math.floor(changedAt) > first.at && Math.floor(changedAt) <= second.at
  // What a function persists may as well come from the code that was loaded before.
  return wasEdited && (bothModules || (reloads && first.text !== second.text))
}

/** The bodies of both modules wrapped the function themselves, so it captures nothing else. */
function areDirect(before: Place, now: Place, { files }: Circumstances): boolean {
  return [before, now].every(
    ({ isModule, path }) => isModule && path.slice(0, -1).every((frame) => takesNothing(frame, files)),
  )
}

/** Two files hold one function. */
function areOne(first: Wrapping, second: Wrapping, before: Place, now: Place, { files, reloads }: Circumstances) {
  if (first.text === undefined || second.text === undefined) return false
  const isSameText = first.text === second.text
  const [one, other] = [originOf(before.home, files), originOf(now.home, files)]
  if (one !== undefined && other !== undefined) {
    // A minifier may give other names in another bundle, so one source has several texts.
    const isSameSource =
      one.content !== undefined && one.content === other.content && differInNamesOnly(first.text, second.text)
    const isSamePlace = one.source === other.source && one.line === other.line && one.column === other.column
    return isSamePlace && (isSameSource || isSameText)
  }
  return isSameText && (areCopies(first.text, before.home.file, now.home.file, files) ?? reloads)
}

const HELPERS =
  /^(__decorate|__esDecorate|__decorateElement|__decorateClass|__runInitializers|_*apply_?[dD]ecs\w*|_ts_decorate)$/

/** A frame that hands nothing of its own to the function: a helper of decorators, a static block, `(() => { … })()`. */
function takesNothing({ functionName, file, begin }: Frame, files: SourceFiles): boolean {
  if (HELPERS.test(functionName) || /^<static_(initializer|fields)/.test(functionName)) return true
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
