import { extname, join } from 'node:path'
import type { Observer } from '../files/observer.ts'
import { parsedJson } from './json.ts'

/** What runtimes and bundlers try to append to a path. */
export const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.node', '.wasm']
/** What Node appends to a path. */
const FOUND_BY_NODE = /\.(?:js|json|node)$/
/** What TypeScript names by the extension of its output. */
const TWINS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}

/** The names of TypeScript that a path to its output may mean. */
export function sourcesOf(path: string): string[] {
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  return (TWINS[extension] ?? []).map((twin) => stem + twin)
}

/**
 * The files that a path without query may mean, for Node, Bun, tsx and bundlers: all that exist, since they differ in the order
 * in which they try. A path to declarations alone means none, and is no error.
 *
 * @param levels how many folders in a row may name another folder in their package.json.
 * @returns `undefined` if there is nothing at the path.
 */
export function filesAt(path: string, from: string, observer: Observer, levels = 3): string[] | undefined {
  const isExact = observer.isFile(path)
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  const isFromTypeScript = /^\.[cm]?tsx?$/.test(extname(from))
  const sources = isExact && !isFromTypeScript ? [] : sourcesOf(path)
  const found = sources.filter((file) => observer.isFile(file))
  if (isExact) return [path, ...found]
  // For JavaScript, Node may find `a.js.json` where a bundler finds `a.ts`.
  if (found.length > 0 && isFromTypeScript) return found
  found.push(...EXTENSIONS.map((one) => path + one).filter((file) => observer.isFile(file)))
  if (observer.isDirectory(path)) found.push(...filesInFolder(path, from, observer, levels))
  if (found.length > 0) return found
  const declarations = [`${path}.d.ts`, `${stem}.d.ts`, `${stem}.d.mts`, join(path, 'index.d.ts')]
  return declarations.some((file) => observer.isFile(file)) ? [] : undefined
}

function filesInFolder(folder: string, from: string, observer: Observer, levels: number): string[] {
  const manifest = join(folder, 'package.json')
  if (levels > 0 && observer.isFile(manifest)) {
    const { main, module } = mainsOf(observer.files.read(manifest))
    const at = (path: string | undefined) =>
      path === undefined ? undefined : filesAt(join(folder, path), from, observer, levels - 1)
    const [byMain, byModule = []] = [at(main), at(module)]
    // `import` reads `main` as a part of a URL, and `require` does not.
    const isPlain = main !== undefined && !/[%?#]/.test(main)
    const isNodes = isPlain && byMain?.some((file) => file === join(folder, main) || FOUND_BY_NODE.test(file)) === true
    return [...new Set([...(byMain ?? []), ...byModule, ...(isNodes ? [] : indexesOf(folder, observer))])]
  }
  return indexesOf(folder, observer)
}

function indexesOf(folder: string, observer: Observer): string[] {
  return EXTENSIONS.map((one) => join(folder, `index${one}`)).filter((file) => observer.isFile(file))
}

/** What Node takes for the folder, and what bundlers prefer. */
function mainsOf(manifest: Uint8Array): { readonly main?: string | undefined; readonly module?: string | undefined } {
  const pathIn = (value: unknown) => (typeof value === 'string' ? value : undefined)
  try {
    const { main, module } = parsedJson(manifest) as { readonly main?: unknown; readonly module?: unknown }
    return { main: pathIn(main), module: pathIn(module) }
  } catch {
    return {}
  }
}
