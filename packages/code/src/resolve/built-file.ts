import { dirname, extname, join, sep } from 'node:path'
import type { Observer } from '../files/observer.ts'

const BUILT: Readonly<Record<string, string>> = { '.ts': '.js', '.tsx': '.js', '.mts': '.mjs', '.cts': '.cjs' }

/** What tsc made of files, in the folder of its output: there, each keeps the end of its path. */
export function builtFiles(files: readonly string[], outDir: string, observer: Observer): string[] {
  return files.flatMap((file) => (isIn(outDir, file) ? [] : (builtFile(file, outDir, observer) ?? [])))
}

export function isIn(folder: string, file: string): boolean {
  return file.startsWith(join(folder, sep))
}

function builtFile(file: string, outDir: string, observer: Observer): string | undefined {
  const extension = extname(file)
  const path = file.slice(0, file.length - extension.length) + (BUILT[extension] ?? extension)
  const names = path.split(sep)
  for (let start = 1; start < names.length; start++) {
    const built = join(outDir, ...names.slice(start))
    // One look for all files beside each other.
    if (observer.isDirectory(dirname(built)) && observer.isFile(built)) return built
  }
  return undefined
}
