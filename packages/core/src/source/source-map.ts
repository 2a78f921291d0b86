import { utf8String, writeBase64 } from '@persist/platform'
import type { Frame } from './call-site.ts'
import type { SourceFiles } from './source-files.ts'

/** The original place of a place in a bundle. */
export interface Origin {
  readonly source: string
  readonly line: number
  readonly column: number
  /** The source text, if the map has it. */
  readonly content: string | undefined
}

/** A source map (https://tc39.es/ecma426/), reduced to the fields that are read here. */
interface SourceMap {
  readonly mappings?: string
  readonly sources?: readonly (string | null)[]
  readonly sourcesContent?: readonly (string | null)[]
  readonly sourceRoot?: string
  readonly sections?: readonly { readonly offset: { line: number; column: number }; readonly map: SourceMap }[]
}

/** Finds the origin of a frame by the source map that its file names; `undefined` if there is no map. */
export function originOf({ file, line, column }: Frame, files: SourceFiles): Origin | undefined {
  const url = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(files.read(file) ?? '')?.[1]
  if (url === undefined) return undefined
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  try {
    const inline = /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1]
    const text = inline === undefined ? files.read(folder + decodeURIComponent(url)) : utf8String(bytesOfBase64(inline))
    return text === undefined ? undefined : find(JSON.parse(text), folder, line - 1, column - 1)
  } catch {
    return undefined
  }
}

function find(map: SourceMap, folder: string, line: number, column: number): Origin | undefined {
  const section = map.sections?.findLast(
    ({ offset }) => offset.line < line || (offset.line === line && offset.column <= column),
  )
  if (section !== undefined) {
    const { offset } = section
    return find(section.map, folder, line - offset.line, offset.line === line ? column - offset.column : column)
  }
  const mapping = mappingOf(map.mappings ?? '', line, column)
  const source = mapping && map.sources?.[mapping.source]
  if (mapping === undefined || source == null) return undefined
  return {
    source: new URL((map.sourceRoot ?? '') + source, `file://${folder}`).href,
    line: mapping.line,
    column: mapping.column,
    content: map.sourcesContent?.[mapping.source] ?? undefined,
  }
}

/** The last mapping at or before a place. All numbers are differences from the previous mapping. */
function mappingOf(mappings: string, line: number, column: number) {
  let [source, sourceLine, sourceColumn] = [0, 0, 0]
  let found: { source: number; line: number; column: number } | undefined
  for (const [at, segments] of mappings.split(';').entries()) {
    if (at > line) break
    let generated = 0
    for (const segment of segments.split(',')) {
      const [toColumn = 0, toSource, toLine = 0, toSourceColumn = 0] = numbersOf(segment)
      generated += toColumn
      if (toSource === undefined) continue
      source += toSource
      sourceLine += toLine
      sourceColumn += toSourceColumn
      if (at === line && generated <= column) found = { source, line: sourceLine, column: sourceColumn }
    }
  }
  return found
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Decodes Base64 VLQ: each digit has five bits and a sixth if more follow; the lowest bit of the number is its sign. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = []
  let [value, shift] = [0, 0]
  for (const character of segment) {
    const digit = DIGITS.indexOf(character)
    value += (digit & 31) * 2 ** shift
    shift += 5
    if ((digit & 32) === 0) {
      numbers.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2)
      value = shift = 0
    }
  }
  return numbers
}

function bytesOfBase64(base64: string): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(base64.length / 4) * 3)
  return bytes.subarray(0, writeBase64(bytes, base64))
}
