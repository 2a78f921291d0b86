import type { CapturedSite, Frame } from './call-site.ts'
import { positionOf } from './code-of.ts'
import type { SourceFiles } from './source-files.ts'
import { folderOf } from './specifiers.ts'

/** Turbopack's id of a module in development, as `[project]/lib/rows.ts [app-route] (ecmascript)`. */
const ID = /\[project\]\/([^"]*?) \[[^\]"]*\] \(ecmascript/

/** What a chunk has before the function of a module, also before that of a module that waits. */
const BEFORE_MODULE =
  /^"(\[project\]\/[^"\n]*)"[,:] \(*(\(__turbopack_context__\) => \{\s*("use strict";\s*)?return __turbopack_context__\.a\()?$/

/** Whether a stack leads through a chunk. Only a dev server gives names to the modules in it. */
export const mayBeOfTurbopack = ({ files }: CapturedSite) => files.some((file) => file.includes('/chunks/'))

/**
 * The source file of a module that Turbopack runs in development, in a chunk, or, after an edit, evaluated under the URL of that
 * chunk. It is read when the function is wrapped, since Turbopack writes the chunk again.
 */
export function turbopackSource(frame: Frame, files: SourceFiles): string | undefined {
  const path = ID.exec((frame.isEval ? idOfQuery(frame) : idInChunk(frame, files)) ?? '')?.[1]
  if (path === undefined) return undefined
  let folder = folderOf(frame.file)
  while (folder !== '' && files.changedAt(folder + path) === undefined) folder = folderOf(folder.slice(0, -1))
  return folder === '' ? undefined : folder + path
}

function idOfQuery({ query }: Frame): string | undefined {
  if (!query.startsWith('?id=')) return undefined
  try {
    return decodeURIComponent(query.slice('?id='.length).replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

function idInChunk({ file, begin }: Frame, files: SourceFiles): string | undefined {
  const content = begin && files.read(file)
  if (begin === undefined || content === undefined) return undefined
  const end = positionOf(content, begin)
  const start = content.lastIndexOf('\n"[project]/', end) + 1
  return BEFORE_MODULE.exec(content.slice(start, end))?.[1]
}

/**
 * Whether a frame is the function around a module that waits, which Turbopack evaluates after an edit: it stands in the fourth
 * line, after `return __turbopack_context__.a(`, where no code of the module is.
 */
export const isEvaluatedAsyncModule = ({ isEval, query, begin }: Frame) =>
  isEval && query.startsWith('?id=') && begin?.line === 4 && begin.column === 32
