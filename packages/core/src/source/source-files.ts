/** What a decision about two functions of one name asks of the process. Tests hand in their own. */
export interface SourceFiles {
  /** The time of the last change, in milliseconds since 1970; `undefined` if it is no readable file. */
  readonly changedAt: (file: string) => number | undefined
  /** The text; `undefined` if it is no readable file. */
  readonly read: (file: string) => string | undefined
}

/** Files are read only after two functions met under one name, so `node:fs` is no import of core. */
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
