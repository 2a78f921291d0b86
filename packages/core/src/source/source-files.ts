/** Access to the source files of functions; tests inject their own. */
export interface SourceFiles {
  /** The time of the last change, in milliseconds since 1970; `undefined` if the file is not readable. */
  readonly changedAt: (file: string) => number | undefined
  /** The content; `undefined` if the file is not readable. */
  readonly read: (file: string) => string | undefined
}

/** Reads real files. Core does not import `node:fs`, since files are read only if two functions claim one namespace. */
export const realSourceFiles: SourceFiles = {
  changedAt: (file) => attempt(({ statSync }) => statSync(file).mtimeMs),
  read: (file) => attempt(({ readFileSync }) => readFileSync(file, 'utf8')),
}

function attempt<T>(act: (fs: typeof import('node:fs')) => T): T | undefined {
  try {
    return act(process.getBuiltinModule('node:fs'))
  } catch {
    return undefined
  }
}
