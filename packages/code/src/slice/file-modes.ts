import { extname } from 'node:path'
import { COMMENTS, QUOTED } from '../closure/patterns.ts'
import { hiddenFromBundlers } from '../closure/specifiers.ts'
import type { Esbuild } from './esbuild-lazily.ts'

const LOADERS: Readonly<Record<string, 'js' | 'jsx' | 'ts' | 'tsx' | undefined>> = {
  ...{ '.js': 'js', '.cjs': 'js', '.mjs': 'js', '.jsx': 'jsx' },
  ...{ '.ts': 'ts', '.cts': 'ts', '.mts': 'ts', '.tsx': 'tsx' },
}
const DIRECT_EVAL = new RegExp(String.raw`\beval\s*${COMMENTS}\(`)
/** What depends on where the file is. */
const PLACE = /\bimport\s*\.\s*meta\b(?!\s*\.\s*(?!(?:url|filename|dirname|path|dir|file)\b))|\b__(?:file|dir)name\b/
/** What only finds code and files, which count themselves. */
const FINDING = new RegExp(
  String.raw`\b(?:(?:code|createRequire)\s*\(|URL\s*\(\s*${QUOTED}\s*,)\s*(?:import\s*\.\s*meta(?:\s*\.\s*url)?|__filename)\s*[,)]`,
  'g',
)
const PRAGMA = /@jsx\w*[ \t]+[^\s*]+/g

/** Which imports of a bundled file may be used in ways that a bundle does not show: all of them by a direct `eval`. */
export function unseenImports(source: string): 'all' | ReadonlySet<string> {
  return DIRECT_EVAL.test(source) ? 'all' : hiddenFromBundlers(source)
}

/**
 * What a file says of how it is run, and a bundle does not show: directives such as `'use strict'` and `'use server'`, what
 * only other transformers of JSX obey, and whether it knows its place, which a move changes.
 */
export function modesOf(path: string, source: string, esbuild: Esbuild): string[] {
  const pragmas = path.endsWith('x') ? (source.match(PRAGMA) ?? []) : []
  return [
    ...directives(path, source, esbuild),
    ...pragmas,
    ...(PLACE.test(source.replace(FINDING, '')) ? ['knows its place'] : []),
  ]
}

/** The directives at the top of a file. */
function directives(path: string, source: string, esbuild: Esbuild): string[] {
  const loader = LOADERS[extname(path)]
  if (loader === undefined || !/['"]use \w/.test(source)) return []
  const { code } = esbuild.transformSync(source, {
    loader,
    jsx: 'preserve',
    logLevel: 'silent',
    minifyWhitespace: true,
  })
  return /^(?:"[^"\n]*";)*/.exec(code)![0].split(';')
}
