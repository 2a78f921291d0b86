import type { Frame } from './call-site.ts'
import { positionOf } from './code-of.ts'
import type { Range } from './declared-names.ts'
import type { ParsedSource } from './parsed-source.ts'

/** Where the text is in a file: it may be there more than once, so the one that is nearest to the call of `persist`. */
export function rangeOf(text: string, source: ParsedSource, frame: Frame): Range | undefined {
  const call = positionOf(source.text, frame)
  let found: number | undefined
  for (let at = source.text.indexOf(text); at >= 0; at = source.text.indexOf(text, at + 1))
    if (found === undefined || Math.abs(at - call) < Math.abs(found - call)) found = at
  if (found === undefined) return undefined
  return { from: source.indexAt(found), to: source.indexAt(found + text.length) }
}

/** The text of the function that the user wrote, if it was persisted before (see {@link TEXT}). */
export function originalOf(text: string): string {
  return text.startsWith('["') ? originalOf((JSON.parse(text) as [text: string])[0]) : text
}
