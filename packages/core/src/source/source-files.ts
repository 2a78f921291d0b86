import { changedAt, readTextFile } from '@persist/platform'

/** Access to the source files of functions; tests inject their own. */
export interface SourceFiles {
  /** The time of the last change, in milliseconds since 1970; `undefined` if the file is not readable. */
  readonly changedAt: (file: string) => number | undefined
  /** The content; `undefined` if the file is not readable. */
  readonly read: (file: string) => string | undefined
}

/** Reads real files. */
export const realSourceFiles: SourceFiles = {
  changedAt: (file) => attempt(() => changedAt(file)),
  read: (file) => attempt(() => readTextFile(file)),
}

/** Whether a file was edited between two times; `undefined` if there is no file. */
export function wasEdited(file: string, from: number, to: number, files: SourceFiles): boolean | undefined {
  const changedAt = files.changedAt(file)
  // Clocks count whole milliseconds, and an unpacked file may have a time in the future.
  return changedAt === undefined ? undefined : Math.floor(changedAt) > from && Math.floor(changedAt) <= to
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
