import type { CallSite, Frame } from './call-site.ts'
import { areCopies } from './copies.ts'
import { mayRepeatCall } from './may-repeat-call.ts'
import { programOf } from './program.ts'
import { differInTime, readsQuery } from './reads-query.ts'
import { wasEdited } from './source-files.ts'
import { takesParameters } from './takes-parameters.ts'
import type { Circumstances, Relation, Wrapping } from './wrapping.ts'
import { isDirect, isOneLoad, isThroughEdited, type Place, placeOf, samePath } from './wrapping-place.ts'

/** What an owner of a name keeps of its wrapping when the function is gone. An older copy of core gives less. */
export interface LostWrapping {
  /** The files in its stack. */
  readonly files?: readonly string[]
  /** The files with their queries, and with what else distinguishes modules of one file. */
  readonly modules?: readonly string[]
  readonly loadOf?: string | undefined
  readonly madeOf?: string | undefined
  /** The time of the wrapping, in milliseconds since 1970. */
  readonly at: number
  /** Its stack, where modules are often evaluated again. To read that takes as long as all else of a wrapping. */
  readonly stack?: CallSite | undefined
  readonly run?: object
}

/** A function that is gone. */
export interface Lost extends LostWrapping {
  /** Whether it had the text of the second one. */
  readonly hadText: boolean
}

/**
 * Decides for a first function that is gone, with its place, as for one that is there. A module that is evaluated again may
 * have let go of its earlier functions. A function that makes functions, and a loop, do so in any case.
 */
export function compareWithLost(first: Lost, second: Wrapping, circumstances: Circumstances): Relation {
  const { files } = circumstances
  const now = placeOf(second, files)
  if (now === undefined) return 'two functions'
  const { files: lost, modules, loadOf, hadText } = first
  const isOneSource = first.madeOf !== undefined && first.madeOf === second.madeOf
  if (!isOneSource && first.madeOf !== undefined && second.madeOf !== undefined) return 'two functions'
  if (isOneSource && now.isModule && lost?.includes(now.home.file) === false)
    return wasReplacedSource(first, second, now, hadText, circumstances) ? 'again' : 'two functions'
  const isLost = (program: string) => lost?.some((file) => programOf(file, files) === program) === true
  if (now.program !== undefined && lost !== undefined && !isLost(now.program)) return 'two functions'
  if (!hadText) return lost === undefined || isLaterText(first, second, now, circumstances) ? 'again' : 'two functions'
  if (now.isModule && lost?.includes(now.home.file) === false) {
    if (loadOf !== undefined && loadOf === second.loadOf) return 'again'
    const { text } = second
    const areEqual = (file: string) => areCopies(text!, { ...now.call, file, line: 1, column: 1 }, now.call, files)
    const isCopy = text !== undefined && isDirect(second, now, files) && lost.some((file) => areEqual(file) === true)
    return isCopy ? 'again' : 'two functions'
  }
  const { home } = now
  if (now.resource !== undefined && modules?.includes(home.file + now.resource) === false) return 'two functions'
  const isSameUrl = home.query === '' || modules?.includes(home.file + home.query) === true
  const isOnlyEvaluation = isSameUrl
    ? isOneLoad(now, first.run !== second.run)
    : !isLater(modules, home) && readsQuery(home, files)
  const mayRepeat = isSameUrl ? mayBeReload(first, second, now, circumstances) : now.isModule
  const isAgain = mayRepeat && !isOnlyEvaluation && !takesParameters(second.text, now, circumstances)
  return isAgain ? 'again' : 'made by one function'
}

/**
 * Whether a module body may run once more. After an `await` at its top, no caller shows that: the same evaluation may go on, with
 * another call of a function that makes functions.
 */
function mayBeReload({ at, stack }: Lost, second: Wrapping, now: Place, circumstances: Circumstances): boolean {
  const { files, reloads } = circumstances
  if (!now.isModule || now.isSynchronous) return now.isModule
  const isEdited = wasEdited(now.home.file, at, second.at, files)
  if (!reloads || isEdited === true) return isEdited === true
  const before = stack && placeOf({ ...second, site: stack }, files)
  if (before === undefined) return !mayRepeatCall(now, files)
  const isOneCall =
    samePath(before.path, now.path) || isThroughEdited(before, now, { from: at, to: second.at }, circumstances)
  return !before.isSynchronous && isOneCall && !mayRepeatCall(now, files)
}

/** Whether Turbopack has a module in another chunk, also after an edit. */
function wasReplacedSource(
  { at, madeOf }: Lost,
  second: Wrapping,
  now: Place,
  hadText: boolean,
  { files }: Circumstances,
) {
  return wasEdited(madeOf!, at, second.at, files) === true || (hadText && isDirect(second, now, files))
}

/** Whether the query of a module differs from an earlier one in a time only. */
function isLater(modules: readonly string[] | undefined, { file, query }: Frame): boolean {
  return modules?.some((module) => differInTime(module, file + query)) === true
}

/** Whether a function with another text is that of a module that was loaded again after an edit. */
function isLaterText(first: Lost, second: Wrapping, now: Place, circumstances: Circumstances): boolean {
  const { files, reloads } = circumstances
  const { at, files: lost, modules, loadOf, stack } = first
  const { isModule, home } = now
  if (isModule && loadOf !== undefined && loadOf === second.loadOf) return true
  if (lost?.includes(home.file) !== true) return false
  if (isModule && home.query !== '' && !readsQuery(home, files)) return true
  const isEdited = wasEdited(home.file, at, second.at, files)
  if (isEdited === true) return isModule || reloads
  const before = stack && placeOf({ ...second, site: stack }, files)
  const isOfWrapper = before !== undefined && isThroughEdited(before, now, { from: at, to: second.at }, circumstances)
  if (isEdited === false) return isOfWrapper && mayBeReload(first, second, now, circumstances)
  return isModule && reloads && (modules?.includes(home.file + home.query) !== false || isLater(modules, home))
}
