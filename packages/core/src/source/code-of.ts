import type { Frame } from './call-site.ts'
import type { Range } from './declared-names.ts'
import type { ParsedSource } from './parsed-source.ts'
import { isPunctuator } from './source-tokens.ts'
import { resolvedPath, targetOf } from './specifiers.ts'

/** The code of a range, with one space between tokens, and paths and modules in a form that is equal in copies. */
export function codeOf({ tokens, importer }: ParsedSource, { from, to }: Range): string {
  const { list } = tokens
  let code = ''
  for (let index = from; index < to; index++) {
    const { type, value } = list[index]!
    code += `${/^(StringLiteral|NoSubstitutionTemplate|TemplateHead)$/.test(type) ? literalAt(index) : value} `
  }
  return code

  function literalAt(index: number): string {
    const { type, value } = list[index]!
    // A template such as `./rows/${table}.json` begins with a path, too.
    if (type === 'TemplateHead')
      return /^`\.\.?\//.test(value)
        ? resolvedPath(value.slice(1, -2), importer.isOtherVersion ? importer.file : importer.place)
        : value
    const content = value.slice(1, -1)
    const before = isPunctuator(list[index - 1], /^\($/) ? list[index - 2] : list[index - 1]
    if (/^(import|require|from)$/.test(before?.value ?? '')) return targetOf(content, importer)
    if (!/^\.\.?\//.test(content)) return value
    // Another version of a package may have other data.
    return importer.isOtherVersion ? targetOf(content, importer) : resolvedPath(content, importer.place)
  }
}

/** The place of a frame, in characters. */
export function positionOf(text: string, { line, column }: Pick<Frame, 'line' | 'column'>): number {
  let position = 0
  for (let before = 1; before < line; before++) {
    const next = text.indexOf('\n', position)
    if (next < 0) break
    position = next + 1
  }
  return position + column - 1
}
