import { areCopies } from './copies.ts'
import { programOf } from './program.ts'
import { readsQuery } from './reads-query.ts'
import { type SourceFiles, wasEdited } from './source-files.ts'
import type { Circumstances, Relation, Wrapping } from './wrapping.ts'
import { isDirect, type Place, placeOf } from './wrapping-place.ts'

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

/**
 * Decides for a first function that is gone, with its place, as for one that is there. A module that is evaluated again may
 * have let go of its earlier functions. A function that makes functions, and a loop, do so in any case.
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
    const areEqual = (file: string) => areCopies(text!, { ...now.call, file, line: 1, column: 1 }, now.call, files)
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
