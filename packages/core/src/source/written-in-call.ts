import type { Frame } from './call-site.ts'
import { positionOf } from './code-of.ts'
import { parse } from './parsed-source.ts'
import type { SourceFiles } from './source-files.ts'
import { afterGroup, isPunctuator } from './source-tokens.ts'

/** Whether a function is written as an argument of the call at a frame, as in `cached('rows', (id) => db.get(id))`. */
export function isWrittenInCall(text: string, frame: Frame, files: SourceFiles): boolean {
  const content = files.read(frame.file)
  if (content === undefined) return false
  const source = parse(content, { file: frame.file, place: frame.file, files, isOtherVersion: false })
  const { list, closing } = source.tokens
  let open = source.indexAt(positionOf(content, frame))
  // V8 gives the place of the last name in `lib.cached(…)`, and that of a parenthesis in `(0, lib.cached)(…)`.
  while (list[open]?.type === 'IdentifierName' || isPunctuator(list[open], /^(\)|\??\.)$/)) open++
  if (!isPunctuator(list[open], /^\($/)) return false
  const end = closing.get(open) ?? open
  for (let index = open + 1; index < end; index = afterGroup(source.tokens, index))
    if (isPunctuator(list[index - 1], /^[(,]$/) && content.startsWith(text, list[index]!.at)) return true
  return false
}
