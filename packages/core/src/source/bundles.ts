import type { ParsedSource } from './parsed-source.ts'
import { isPunctuator } from './source-tokens.ts'
import { relativePaths } from './specifiers.ts'

/** Whether a file is as its author wrote it: no bundler writes such files. */
export const isUncompiled = (file: string) => /\.([cm]ts|tsx?|jsx|vue|svelte)$/.test(file)

const BUNDLER = /webpack|turbopack|rspack|parcel|rolldown/i

/** Names that bundlers give to the files into which they split a program, and to folders of such files. */
const CHUNK = /(?:^|[/._[-])(?:chunks?|runtime|assets|shared|vendors?|\.output)(?:[/._\]-]|$)|(?:^|\/)_/i

/** Names with a digest of the content, such as `index-DTx9aBcd.js`. */
const DIGEST = /[-._~](?=[\w-]*[\dA-Z])[\w-]{6,}\.[cm]?js$/

/** What was found for a file, since it may hold hundreds of functions. */
const known = new WeakMap<ParsedSource, boolean>()

/**
 * Whether a file of JavaScript imports other modules of its program. A bundler puts these into one file, or into chunks, which
 * have names of their own.
 */
export function importsModules(source: ParsedSource): boolean {
  const found = known.get(source) ?? hasImport(source)
  known.set(source, found)
  return found
}

function hasImport({ text, tokens: { list }, importer: { file, files } }: ParsedSource): boolean {
  if (isChunk(file) || BUNDLER.test(text)) return false
  return list.some(({ type, value }, index) => {
    if (type !== 'StringLiteral' || !/^.\.\.?\//.test(value) || isChunk(value.slice(1, -1))) return false
    const before = list[index - 1]
    const isImported =
      /^(from|import)$/.test(before?.value ?? '') ||
      // Not `require('./' + name)`, by which webpack loads chunks.
      (isPunctuator(before, /^\($/) &&
        isPunctuator(list[index + 1], /^\)$/) &&
        list[index - 2]?.value === 'require' &&
        list[index - 3]?.value !== '.')
    return (
      isImported &&
      relativePaths(value.slice(1, -1), file).some((path) => isJavaScript(path) && files.changedAt(path) !== undefined)
    )
  })
}

/** Not `../package.json`, and not `./sqlite.node`: bundlers leave these beside a bundle. */
const isJavaScript = (path: string) => /\.[cm]?js$/.test(path)

const isChunk = (path: string) => CHUNK.test(path) || DIGEST.test(path)

/** Whether two paths may be those of one module in two builds: `dist/esm/rows.js` and `dist/cjs/rows.js`. */
export function mayBeBuilds(first: string, second: string): boolean {
  return withoutBuild(first) === withoutBuild(second)
}

const BUILD =
  /^((dist|lib|build|out)?[-_]?(esm?|cjs|mjs|commonjs|module|es\d*|node|import|require|main|modern|legacy|browser|esnext|rsc|ssr|server|client)?)$/i

function withoutBuild(file: string): string {
  const segments = file.replace(/\.[cm]?js$/, '').split('/')
  return segments.filter((segment) => !BUILD.test(segment)).join('/')
}
