import { areTwoNames, isNamedByBundler } from './bundler-names.ts'
import { areCopies } from './copies.ts'
import { wasReplaced } from './hot-updates.ts'
import { mayRepeatCall } from './may-repeat-call.ts'
import { haveOneOrigin } from './origins.ts'
import { differInTime, readsQuery } from './reads-query.ts'
import { differInNamesOnly } from './renaming.ts'
import { wasEdited } from './source-files.ts'
import { takesParameters } from './takes-parameters.ts'
import type { Circumstances, Relation, Wrapping } from './wrapping.ts'
import { isDirect, isOneLoad, isThroughEdited, type Place, placeOf, samePath } from './wrapping-place.ts'

/**
 * Decides whether two function objects under one namespace are one function that was evaluated again (hot reload,
 * `vi.resetModules()`, `import('./x.js?v=2')`, one copy in each of two bundles) or two functions.
 *
 * - *Text and place.* A function has a source text and a place: the frames from the call of `persist` out to the body of the
 *   module. A module's body runs once per evaluation, so the same place in another task means another evaluation.
 * - *Same text, same place.* Evaluated again; but a loop if both wrappings have one task and one stack, or if an ES module
 *   has one URL. After a top-level `await` no stack distinguishes a loop from another evaluation, so the source of the module
 *   and `NODE_ENV` decide (see {@link mayRepeatCall}).
 * - *The same place in the module, and an edited wrapper.* The module calls code of another file, which was edited since, so that
 *   the text or the rest of the place may differ. Decided as for the same text at the same place.
 * - *Same text, another place in the same file.* Evaluated again if the URL has another query or the file was edited since.
 * - *Another file.* Copies of one module if module bodies made both wrappings, and the source maps name one place of one
 *   source, or that of one file names the other one. Without maps, text and context have to agree (see {@link areCopies}).
 * - *A hot update of webpack in Node.* Evaluated again if it has the same module of the same bundle (see {@link wasReplaced}).
 * - *Another load of a configuration.* Tools write it to another file each time, so this is another evaluation if both have
 *   the function of one file.
 * - *Turbopack's dev server.* A module is in one chunk for each kind of page, and is evaluated under the URL of that after an edit.
 *   Its id names the source, which is compared: two sources have two functions, and one has one, as in the same file.
 * - *Another text in the same file.* Evaluated again if the file was edited since.
 * - *No module body in the stack.* Functions that a function creates have one text and differ in the variables they capture.
 *
 * Undecided cases count as two functions: an error is better than the results of another function.
 */
export function compareWrappings(first: Wrapping, second: Wrapping, circumstances: Circumstances): Relation {
  const [before, now] = [placeOf(first, circumstances.files), placeOf(second, circumstances.files)]
  if (before === undefined || now === undefined || areOfTwoPrograms(before, now)) return 'two functions'
  const sameText = first.text === second.text
  if (first.madeOf !== undefined && second.madeOf !== undefined) {
    if (first.madeOf !== second.madeOf) return 'two functions'
    if (before.home.file !== now.home.file)
      return areOfOneSource(first, second, before, now, circumstances) ? 'again' : 'two functions'
  }
  if (before.home.file === now.home.file && before.resource !== now.resource) return 'two functions'
  if (before.home.file !== now.home.file) {
    if (first.loadOf !== undefined && second.loadOf !== undefined)
      return first.loadOf === second.loadOf && before.isModule && now.isModule ? 'again' : 'two functions'
    if (wasReplaced(before, now)) return 'again'
    const areDirect = isDirect(first, before, circumstances.files) && isDirect(second, now, circumstances.files)
    return areDirect && areOne(first, second, before, now, circumstances) ? 'again' : 'two functions'
  }
  const isOneCall = sameText && before.isModule && now.isModule && samePath(before.path, now.path)
  const isOfOtherRun = first.run !== second.run
  if (isOneCall || (isOfOtherRun && isThroughEdited(before, now, { from: first.at, to: second.at }, circumstances))) {
    if (!isOfOtherRun && sameStack(first, second)) return 'made by one function'
    if (isOtherUrl(before, now, circumstances)) return 'again'
    const isOnlyEvaluation = isOneLoad(now, isOfOtherRun) || before.home.query !== now.home.query
    if (isOnlyEvaluation || takesParameters(second.text, now, circumstances)) return 'made by one function'
    // A loop of which the first run needs no `await` goes on without the stack of the module.
    const mayBeReload = circumstances.reloads && !before.isSynchronous && !mayRepeatCall(now, circumstances.files)
    const mayRepeat = now.isSynchronous || mayBeReload || reloaded(first, second, before, now, circumstances)
    return mayRepeat ? 'again' : 'made by one function'
  }
  if (reloaded(first, second, before, now, circumstances)) return 'again'
  if (!sameText) return 'two functions'
  return samePath(before.path, now.path) ? 'made by one function' : 'two places'
}

function areOfTwoPrograms({ program: before }: Place, { program: now }: Place): boolean {
  return before !== undefined && now !== undefined && before !== now
}

/** Whether the module has another query, which loads it again. A module that reads its query has it as a parameter. */
function isOtherUrl({ home: before }: Place, { home: now }: Place, { files }: Pick<Circumstances, 'files'>): boolean {
  return before.query !== now.query && (differInTime(before.query, now.query) || !readsQuery(now, files))
}

/** Whether the file was loaded again since, possibly with other code. */
function reloaded(first: Wrapping, second: Wrapping, before: Place, now: Place, { files, reloads }: Circumstances) {
  const bothModules = before.isModule && now.isModule
  if (bothModules && isOtherUrl(before, now, { files })) return true
  const isEdited = wasEdited(now.home.file, first.at, second.at, files)
  if (isEdited === undefined)
    return bothModules && reloads && first.run !== second.run && before.home.query === now.home.query
  // A wrapping inside a function may still run the code that was loaded before.
  return isEdited && (bothModules || (reloads && first.text !== second.text))
}

/** Whether two chunks of Turbopack hold one function of one source file, which may have been edited. */
function areOfOneSource(
  first: Wrapping,
  second: Wrapping,
  before: Place,
  now: Place,
  { files }: Circumstances,
): boolean {
  if (!before.isModule || !now.isModule) return false
  if (wasEdited(first.madeOf!, first.at, second.at, files) === true) return true
  if (first.text === undefined || second.text === undefined) return false
  // Names of imports differ, as they have the name of the chunk's layer.
  const areDirect = isDirect(first, before, files) && isDirect(second, now, files)
  return areDirect && differInNamesOnly(first.text, second.text)
}

/** Whether two files hold one function. */
function areOne(first: Wrapping, second: Wrapping, before: Place, now: Place, { files, reloads }: Circumstances) {
  if (first.text === undefined || second.text === undefined) return false
  const one = { text: first.text, home: before.call }
  const other = { text: second.text, home: now.call }
  const byMaps = haveOneOrigin(one, other, files)
  if (byMaps !== undefined) return byMaps
  if (first.text !== second.text || areTwoNames(before.home.file, now.home.file)) return false
  return areCopies(first.text, before.call, now.call, files) ?? (reloads && mayReplace(before, now, files))
}

/**
 * Whether a file that cannot be read may have been replaced by another one, as a chunk by one with another digest in its name.
 * Modules without files, such as those that plugins of Vite make (`virtual:rows`), are not: each has its own name.
 */
function mayReplace({ home: before }: Place, { home: now }: Place, files: Circumstances['files']): boolean {
  if (isNamedByBundler(before.file) && isNamedByBundler(now.file)) return true
  return files.changedAt(now.file) !== undefined
}

function sameStack({ site: first }: Wrapping, { site: second }: Wrapping): boolean {
  return first !== undefined && second !== undefined && samePath(first, second)
}
