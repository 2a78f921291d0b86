import { isNamedByBundler, resourceOf } from './bundler-names.ts'
import type { CallSite, Frame } from './call-site.ts'
import { isAtBegin, isModuleBody } from './module-body.ts'
import { programOf } from './program.ts'
import { type SourceFiles, wasEdited } from './source-files.ts'
import type { Circumstances, Wrapping } from './wrapping.ts'
import { isWrittenInCall } from './written-in-call.ts'

/** The place of a wrapping. */
export interface Place {
  /** The frames from the call of `persist` to the module body; the whole stack if no module is being evaluated. */
  readonly path: CallSite
  /** The module body; the caller of `persist` if no module is being evaluated. */
  readonly home: Frame
  /** Where the module's own code made the wrapping: in its body, or in a `(() => { … })()` there, as webpack writes them. */
  readonly call: Frame
  readonly isModule: boolean
  /** The caller of the module body. */
  readonly loader: Frame | undefined
  /** The folder of the program, if the name of the module is one of that program only, as `webpack-internal:///./src/rows.js`. */
  readonly program: string | undefined
  /** What distinguishes the module from others that a bundler made of its file; see {@link resourceOf}. */
  readonly resource: string | undefined
  /** Whether a caller of the module body is on the stack. After an `await` there is none. */
  readonly isSynchronous: boolean
  /** Whether Node's loader of ES modules is the caller of the module body, which has not waited yet: that is one task. */
  readonly isBegun: boolean
}

export function placeOf({ site }: Wrapping, files: SourceFiles): Place | undefined {
  if (site === undefined) return undefined
  const running = site.filter(({ isAsync }) => !isAsync)
  const end = running.findIndex((_, index) => isModuleBody(running, index, files))
  const home = end < 0 ? site.find(({ file }) => file !== '') : running[end]
  if (home === undefined) return undefined
  const isModule = end >= 0
  const bundle = isNamedByBundler(home.file)
    ? running.slice(end + 1).find(({ file }) => /^(\/|[A-Z]:)/i.test(file))
    : undefined
  const path = isModule ? running.slice(0, end + 1) : site
  return {
    path,
    home,
    call: isModule ? innermost(path, files) : home,
    isModule,
    loader: isModule ? running[end + 1] : undefined,
    program: bundle && programOf(bundle.file, files),
    resource: resourceOf(home.file, home.query, running[end + 1]?.functionName),
    isSynchronous: isSynchronous(running.slice(end + 1)),
    isBegun: isModule && running[end + 1]?.file.startsWith('node:internal/modules/esm/') === true,
  }
}

/** The module body in a stack. */
export function homeOf(site: CallSite | undefined, files: SourceFiles): Frame | undefined {
  const running = site?.filter(({ isAsync }) => !isAsync)
  return running?.find((_, index) => isModuleBody(running, index, files))
}

/** Whether a module body has a caller. Below one that goes on after an `await` there may be a timer, and Node between. */
function isSynchronous(callers: CallSite): boolean {
  const caller = callers.find(({ file }) => file !== '')
  return caller !== undefined && !caller.file.startsWith('node:internal/process/')
}

/**
 * Whether a module is evaluated once. The loader of ES modules does that for each URL, unless hooks take the query from the URL, as
 * those of hot-hook do. Then a module that begins in another task is evaluated again. The loader of a bundle may evaluate a module
 * of the bundle again.
 */
export const isOneLoad = ({ home, isBegun }: Place, isOfOtherRun: boolean) =>
  home.isLoadedOnce && home.functionName === '' && isAtBegin(home.begin) && !(isBegun && isOfOtherRun)

/** Whether two frames have one place. */
export const isSameFrame = (a: Frame, b: Frame) => a.file === b.file && a.line === b.line && a.column === b.column

/** Whether two stacks have the same places. */
export function samePath(first: CallSite, second: CallSite): boolean {
  return first.length === second.length && first.every((frame, i) => isSameFrame(frame, second[i]!))
}

/**
 * Whether one call of a module body made two wrappings through other code, such as a wrapper of the program, and the file of that
 * was edited in between. The module is evaluated again then, and its own file is unchanged. Bun drops the frames of wrappers that
 * return at once what core returns, so `--hot` is enough.
 */
export function isThroughEdited(
  first: Place,
  second: Place,
  { from, to }: { readonly from: number; readonly to: number },
  { files, isHot }: Pick<Circumstances, 'files' | 'isHot'>,
): boolean {
  const { home } = second
  if (!first.isModule || !second.isModule || !isSameFrame(first.home, home)) return false
  const others = new Set([...first.path, ...second.path].map(({ file }) => file))
  others.delete(home.file)
  return isHot || [...others].some((file) => wasEdited(file, from, to, files) === true)
}

/** Whether a module body wrapped the function directly or by a call with it, so that it captures only variables of the module. */
export function isDirect({ text }: Wrapping, { isModule, path, call }: Place, files: SourceFiles): boolean {
  if (!isModule) return false
  const isAlone = path.slice(0, -1).every((frame) => passesNothing(frame, files))
  return isAlone || (text !== undefined && isWrittenInCall(text, call, files))
}

const DECORATOR_FUNCTIONS =
  /^(__decorate|__esDecorate|__decorateElement|__decorateClass|__runInitializers|_*apply_?[dD]ecs\w*|_ts_decorate)$/

/** Whether a frame passes no variable to the function: code of decorators, a static block, `(() => { … })()`. */
function passesNothing(frame: Frame, files: SourceFiles): boolean {
  return isOfClass(frame) || isBlock(frame, files)
}

/** Whether a frame is code that applies the decorators of a class, or the static part of one. */
export const isOfClass = (frame: Frame) => DECORATOR_FUNCTIONS.test(frame.functionName) || isStatic(frame)

/** Whether a frame is a static block or a static field of a class, which stands where the class does. */
export const isStatic = (frame: Frame | undefined) => /^<static_(initializer|fields)/.test(frame?.functionName ?? '')

/** The innermost frame that is code of the module body, and in its file. */
function innermost(path: CallSite, files: SourceFiles): Frame {
  let at = path.length - 1
  const { file } = path[at]!
  while (at > 0 && path[at - 1]!.file === file && isBlock(path[at - 1]!, files)) at--
  return path[at]!
}

/** Whether a frame is that of a static block, or of a function without parameters and a name, as `(() => { … })()`. */
function isBlock(frame: Frame, files: SourceFiles): boolean {
  const { functionName, file, begin } = frame
  if (isStatic(frame)) return true
  if (functionName !== '' || begin === undefined) return false
  const line = files
    .read(file)
    ?.split('\n')
    [begin.line - 1]?.slice(begin.column - 1)
  return line !== undefined && /^(async\b\s*)?(function\b[\s*]*)?\(\s*\)/.test(line)
}
