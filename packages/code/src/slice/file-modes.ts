import { extname } from 'node:path'
import { COMMENTS } from '../closure/patterns.ts'
import { hiddenFromBundlers } from '../closure/specifiers.ts'
import type { Esbuild } from './esbuild-lazily.ts'

const LOADERS: Readonly<Record<string, 'js' | 'ts' | undefined>> = {
  '.js': 'js',
  '.cjs': 'js',
  '.ts': 'ts',
  '.cts': 'ts',
}
const DIRECT_EVAL = new RegExp(String.raw`\beval\s*${COMMENTS}\(`)
const PRAGMA = /@jsx\w*[ \t]+[^\s*]+/g

/** Which imports of a bundled file may be used in ways that a bundle does not show: all of them by a direct `eval`. */
export function unseenImports(source: string): 'all' | ReadonlySet<string> {
  return DIRECT_EVAL.test(source) ? 'all' : hiddenFromBundlers(source)
}

/**
 * What a file says of how it is run, and a bundle does not show: whether a file that need not be an ES module is strict, and
 * what only other transformers of JSX obey.
 */
export function modesOf(path: string, source: string, esbuild: Esbuild): string[] {
  const pragmas = /x$/.test(path) ? (source.match(PRAGMA) ?? []) : []
  return isStrict(path, source, esbuild) ? [...pragmas, 'use strict'] : pragmas
}

function isStrict(path: string, source: string, esbuild: Esbuild): boolean {
  const loader = LOADERS[extname(path)]
  if (loader === undefined || !source.includes('use strict')) return false
  const { code } = esbuild.transformSync(source, { loader, logLevel: 'silent', minifyWhitespace: true })
  return /^(?:"[^"\n]*";)*"use strict"/.test(code)
}
