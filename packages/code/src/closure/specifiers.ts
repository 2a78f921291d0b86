import { extname } from 'node:path'
import { jsxRuntimesOf } from '../resolve/jsx-runtimes.ts'
import { lexer } from './lexer-lazily.ts'
import { all, COMMENTS, count, QUOTED } from './patterns.ts'
import { requires } from './requires.ts'

/** What a file imports. */
export interface Imports {
  /** As written, each once. */
  readonly specifiers: readonly string[]
  /** Those that may not be imports, such as in a comment, or import no code: they are followed, but not reported if they lead nowhere. */
  readonly uncertain: readonly string[]
  /** The number of imports whose target only the running program knows, such as `import(name)`. */
  readonly opaque: number
  /** Whether it may contain JSX, which imports a module by itself. */
  readonly hasJsx: boolean
}

export const NO_IMPORTS: Imports = { specifiers: [], uncertain: [], opaque: 0, hasJsx: false }

/** Files that Node, Bun, Deno or a bundler runs as JavaScript. */
const CODE = /^\.[cm]?[jt]sx?$/
/** May contain JSX, in which the lexer loses its way, not always with an error. */
const MAY_BE_JSX = /^\.(?:[jt]sx|js)$/
const OTHER_CODE = /^\.(?:vue|svelte|astro|mdx)$/
/** Files that import nothing. Node runs any other file as CommonJS, such as a script without extension. */
const DATA =
  /^\.(?:json[5cl]?|ndjson|geojson|map|wasm|node|bin|dat|te?xt|md|markdown|html?|css|s[ac]ss|less|csv|tsv|sql|gql|graphql|svg|xml|ya?ml|toml|ini|lock|log|snap|pem)$/

/** Whether a file is text in which the kind of line ends means nothing: JavaScript, or JSON. */
export function isText(file: string): boolean {
  const extension = extname(file)
  return CODE.test(extension) || OTHER_CODE.test(extension) || extension === '.json'
}

/** Whether a file may be JavaScript although its name does not say so. */
export function mayBeCode(file: string): boolean {
  return !isText(file) && !DATA.test(extname(file))
}

/** Finds what a file imports: ES modules, `require`, dynamic imports, and `new URL('…', import.meta.url)`. */
export function importsOf(file: string, content: string): Imports {
  const extension = extname(file)
  // A lexer takes the byte order mark that some editors write for a part of the first word.
  const source = content.replace(/^\ufeff/, '')
  if (OTHER_CODE.test(extension)) return scanned(source, extension)
  if (mayBeCode(file)) return unsure(jsOrTs(extension, source))
  return CODE.test(extension) ? jsOrTs(extension, source) : NO_IMPORTS
}

/** It may be no code, whose imports lead somewhere. */
function unsure({ specifiers, uncertain, opaque }: Imports): Imports {
  return { specifiers: [], uncertain: [...specifiers, ...uncertain], opaque, hasJsx: false }
}

/**
 * The imports that no bundler follows: by `new URL`, by the functions of `createRequire` or another name of `require`, and by
 * `export { type A } from '…'`, which Node evaluates.
 */
export function hiddenFromBundlers(source: string): ReadonlySet<string> {
  const { specifiers, hasOtherNames } = requires(source)
  return new Set([...assets(source), ...exportsOfTypes(source), ...(hasOtherNames ? specifiers : [])])
}

const NAMED_EXPORTS = /\bexport\s*\{([^{}]*)\}\s*from\s*(['"])([^'"\n]+)\2/g

function exportsOfTypes(source: string): string[] {
  const found = [...source.matchAll(NAMED_EXPORTS)]
  return found.flatMap(([, names, , specifier]) =>
    names!.split(',').every((name) => /^\s*(?:type\s|$)/.test(name)) ? specifier! : [],
  )
}

function jsOrTs(extension: string, source: string): Imports {
  const lexed = lex(source)
  if (lexed === undefined) return scanned(source, extension)
  const hasJsx = /x$/.test(extension) || (extension === '.js' && /<\/|\/>/.test(source))
  const required = requires(source)
  const certain = new Set([...lexed.specifiers, ...required.specifiers])
  const uncertain = new Set([
    ...[...lexed.texts, ...all(source, BEFORE_A_BLOCK)],
    ...[...assets(source), ...jsxRuntimes(source)],
  ])
  if (MAY_BE_JSX.test(extension) || COMMENT_BEFORE_NAME.test(source))
    for (const found of statements(source)) uncertain.add(found)
  for (const known of certain) uncertain.delete(known)
  return {
    specifiers: [...certain],
    uncertain: [...uncertain],
    opaque: Math.max(lexed.opaque, hasJsx ? computedImports(source) : 0) + required.opaque + unresolved(source),
    hasJsx,
  }
}

function lex(source: string) {
  const [specifiers, texts]: [string[], string[]] = [[], []]
  let opaque = 0
  try {
    for (const one of lexer().parse(source)[0]) {
      if (one.type === 'import-meta') continue
      if (one.type === 'dynamic') {
        if (one.probablyTypeOnly) continue
        if (one.specifier === undefined || one.glob) opaque++
        else specifiers.push(one.specifier)
      } else if (one.typeOnly) continue
      else if (one.attributes?.some(([name, value]) => name === 'type' && value !== 'json')) texts.push(one.specifier)
      else specifiers.push(one.specifier)
    }
  } catch {
    return undefined
  }
  return { specifiers, texts, opaque }
}

/** For code that the lexer cannot read: too many are better than too few. */
function scanned(source: string, extension: string): Imports {
  const required = requires(source)
  const specifiers = new Set([...statements(source), ...required.specifiers])
  const uncertain = [...assets(source), ...jsxRuntimes(source)]
  const opaque = computedImports(source) + required.opaque + unresolved(source)
  return { specifiers: [...specifiers], uncertain, opaque, hasJsx: MAY_BE_JSX.test(extension) }
}

/** `import type` and `export type` from another file: of one name, of `*`, or of names in braces. `import type from` is none. */
const OF_TYPES =
  /\b(?:import|export)\s+type\b\s*(?:(?!from\b)[\w$]+\s*|\*(?:\s*as\s+[\w$]+)?\s*|\{[^{}]*\}\s*)from\s*(['"])[^'"\n]+\1/g

const IMPORT = String.raw`\bimport\s*${COMMENTS}(?:\.\s*(?:defer|source)\s*)?\(`
const ANY_DYNAMIC = new RegExp(IMPORT, 'g')
const DYNAMIC = new RegExp(String.raw`${IMPORT}\s*${COMMENTS}${QUOTED}\s*${COMMENTS}[,)]`, 'g')

/** Before a block: the lexer takes it for a method that is called `import`. */
const BEFORE_A_BLOCK = new RegExp(
  String.raw`${IMPORT}\s*${COMMENTS}${QUOTED}\s*${COMMENTS}(?:,[^()]{0,199})?\)\s*${COMMENTS}\{`,
  'g',
)

/** The lexer takes a quote in this comment for the beginning of a string. */
const COMMENT_BEFORE_NAME = /\b(?:from|import)\b[^'"`(){};=]{0,99}\/[/*]/

/** The number of calls of `import` whose target only the running program knows. */
function computedImports(source: string): number {
  return count(source, ANY_DYNAMIC) - count(source, DYNAMIC)
}

/** It ends before the string: another one may begin in what only looks like a string, as in `{ 'from' as a } from './a.js'`. */
const STATIC = new RegExp(String.raw`\b(?:from|import)\s*${COMMENTS}(?=(['"])((?:\\[^\n]|(?!\1)[^\\\n])+)\1)`, 'g')

function statements(source: string): string[] {
  const values = source.replace(OF_TYPES, '')
  return [...all(values, STATIC), ...all(values, DYNAMIC)]
}

/** What JSX imports by itself where a comment says so. */
function jsxRuntimes(source: string): string[] {
  return [...source.matchAll(/@jsxImportSource\s+([^\s*]+)/g)].flatMap(([, name]) => jsxRuntimesOf(name!))
}

/** The number of imports by pattern, which Vite and webpack have, and of computed names that `import.meta.resolve` gets. */
function unresolved(source: string): number {
  const globs = count(source, /\b(?:import\.meta\.glob|require\.context)\s*[(<]/g)
  return globs + count(source, RESOLVE) - count(source, RESOLVED)
}

const META = String.raw`\bimport\s*\.\s*meta\s*\.\s*`
const RESOLVE = new RegExp(String.raw`${META}resolve(?:Sync)?\s*\(`, 'g')
const RESOLVED = new RegExp(String.raw`${META}resolve(?:Sync)?\s*\(\s*${COMMENTS}${QUOTED}\s*${COMMENTS}[,)]`, 'g')
/** `new URL('…', import.meta.url)`, by any name: also `URL.parse` and `register`. Another function takes no path, which then leads nowhere. */
const OF_URL = new RegExp(
  String.raw`[\w$)\]]\s*(?:\?\.\s*)?\(\s*${COMMENTS}${QUOTED}\s*${COMMENTS},\s*${COMMENTS}${META}url\b`,
  'g',
)

function assets(source: string): string[] {
  if (!/\bmeta\b/.test(source)) return []
  const urls = all(source, OF_URL).map((path) =>
    // `new URL('a.js', …)` is relative, as no import is.
    /^(?:[./]|[a-z][a-z\d+.-]+:)/i.test(path) ? path : `./${path}`,
  )
  return [...all(source, RESOLVED), ...urls]
}
