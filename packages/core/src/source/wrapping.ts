import type { CallSite } from './call-site.ts'
import type { SourceFiles } from './source-files.ts'

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
  /** The source file of a module that Turbopack runs in development. */
  readonly madeOf: string | undefined
}

/** The environment of a comparison. */
export interface Circumstances {
  readonly files: SourceFiles
  /** Whether modules are often evaluated again: `NODE_ENV` is `development` or `test`, or Bun runs with `--hot`. */
  readonly reloads: boolean
  /** Whether Bun runs with `--hot`: after an edit of any file it evaluates all modules again. */
  readonly isHot: boolean
}

/** `again`: one function, whose module was evaluated again. All others are functions that must not share a namespace. */
export type Relation = 'again' | 'two functions' | 'two places' | 'made by one function'
