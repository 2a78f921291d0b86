import { extname, join } from 'node:path'
import type { Observer } from '../files/observer.ts'
import { parsedJson } from './json.ts'

/** What runtimes and bundlers try to append to a path. */
export const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.node', '.wasm']
/** What TypeScript names by the extension of its output. */
const TWINS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}

/**
 * The files that a path without query may mean, for Node, Bun, tsx and bundlers: all that exist, since they differ in the order
 * in which they try. A path to declarations alone means none, and is no error.
 *
 * @returns `undefined` if there is nothing at the path.
 */
export function filesAt(path: string, from: string, observer: Observer): string[] | undefined {
  const isExact = observer.isFile(path)
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  const isFromTypeScript = /^\.[cm]?tsx?$/.test(extname(from))
  const twins = isExact && !isFromTypeScript ? [] : (TWINS[extension] ?? [])
  const found = twins.map((twin) => stem + twin).filter((file) => observer.isFile(file))
  if (isExact) found.unshift(path)
  if (found.length > 0) return found
  found.push(...EXTENSIONS.map((one) => path + one).filter((file) => observer.isFile(file)))
  if (observer.isDirectory(path)) found.push(...filesInFolder(path, from, observer))
  if (found.length > 0) return found
  const declarations = [`${path}.d.ts`, `${stem}.d.ts`, `${stem}.d.mts`, join(path, 'index.d.ts')]
  return declarations.some((file) => observer.isFile(file)) ? [] : undefined
}

function filesInFolder(folder: string, from: string, observer: Observer): string[] {
  const manifest = join(folder, 'package.json')
  if (observer.isFile(manifest)) {
    const main = mainOf(observer.files.read(manifest))
    const files = main === undefined ? undefined : filesAt(join(folder, main), from, observer)
    if (files !== undefined) return files
  }
  return EXTENSIONS.map((one) => join(folder, `index${one}`)).filter((file) => observer.isFile(file))
}

function mainOf(manifest: Uint8Array): string | undefined {
  try {
    const { main } = parsedJson(manifest) as { readonly main?: unknown }
    // `"main": "."` would lead back here.
    return typeof main === 'string' && !/^\.?\/?$/.test(main) ? main : undefined
  } catch {
    return undefined
  }
}
