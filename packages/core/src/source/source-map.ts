import { utf8String, writeBase64 } from '@persist/platform'
import type { Frame } from './call-site.ts'
import { programOf } from './program.ts'
import type { SourceFiles } from './source-files.ts'
import { resolvedPath, urlOf } from './specifiers.ts'

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
  /** The decoded `mappings`, from the first use on: for each line, the mappings in it. */
  lines?: readonly (readonly Mapping[])[]
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
    const found = text === undefined ? undefined : find(mapOf(file, text), folder, line - 1, column - 1)
    // Names such as `webpack://app/./src/rows.js` and `/rows.ts` are those of one program: each installed app may have them.
    if (found === undefined || found.source.startsWith('file:')) return found
    return { ...found, source: `${found.source} of ${programOf(file, files)}` }
  } catch {
    return undefined
  }
}

/** Whether an origin is in the file of a frame. */
export function isFromFile(origin: Origin | undefined, { file }: Frame): boolean {
  return origin?.source === resolvedPath(`.${file.slice(file.lastIndexOf('/'))}`, file)
}

/** The maps that this task has parsed: a bundle may hold many functions. Large ones would take much memory for longer. */
const maps = new Map<string, { readonly text: string; readonly map: SourceMap }>()

function mapOf(file: string, text: string): SourceMap {
  const known = maps.get(file)
  if (known?.text === text) return known.map
  const map: SourceMap = JSON.parse(text)
  if (maps.size === 0) Promise.resolve().then(() => maps.clear())
  maps.set(file, { text, map })
  return map
}

interface Mapping {
  /** The column in the bundle. */
  readonly at: number
  readonly source: number
  readonly line: number
  readonly column: number
}

function find(map: SourceMap, folder: string, line: number, column: number): Origin | undefined {
  const section = map.sections?.findLast(
    ({ offset }) => offset.line < line || (offset.line === line && offset.column <= column),
  )
  if (section !== undefined) {
    const { offset } = section
    return find(section.map, folder, line - offset.line, offset.line === line ? column - offset.column : column)
  }
  map.lines ??= decoded(map.mappings ?? '')
  // The last mapping at or before the place.
  const mapping = map.lines[line]?.findLast(({ at }) => at <= column)
  const source = mapping && map.sources?.[mapping.source]
  if (mapping === undefined || source == null) return undefined
  const name = (map.sourceRoot ?? '') + source
  // `"sourceRoot": "/"`, as error trackers recommend, makes names such as `/rows.ts` of the paths in each package.
  const isRooted = map.sourceRoot?.startsWith('/') === true
  return {
    source: isRooted ? name : new URL(name, urlOf(folder)).href,
    line: mapping.line,
    column: mapping.column,
    content: map.sourcesContent?.[mapping.source] ?? undefined,
  }
}

/** All numbers are differences from the previous mapping. */
function decoded(mappings: string): Mapping[][] {
  let [source, line, column] = [0, 0, 0]
  return mappings.split(';').map((segments) => {
    const found: Mapping[] = []
    let at = 0
    for (const segment of segments.split(',')) {
      const [toColumn = 0, toSource, toLine = 0, toSourceColumn = 0] = numbersOf(segment)
      at += toColumn
      if (toSource === undefined) continue
      source += toSource
      line += toLine
      column += toSourceColumn
      found.push({ at, source, line, column })
    }
    return found
  })
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
