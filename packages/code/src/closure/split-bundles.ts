import { dirname, extname, join, resolve } from 'node:path'
import { filesIn } from '../files/files-in.ts'
import type { Observer } from '../files/observer.ts'
import { type FileRecords, recordOf } from './file-records.ts'
import { slashed } from './names.ts'

/** How far up from a chunk its runtime may be. */
const MOST_LEVELS = 16

const SCRIPT = /^\.[cm]?js$/

/**
 * The files of bundles that webpack, Rspack and Turbopack split. A chunk imports no other one: the runtime of the bundle loads
 * all by names that it computes.
 */
export class SplitBundles {
  readonly #observer: Observer
  readonly #known: FileRecords
  readonly #fresh: FileRecords
  readonly #parts = new Map<string, ReadonlyMap<string, string>>()
  readonly #found = new Set<string>()

  constructor(observer: Observer, known: FileRecords, fresh: FileRecords) {
    this.#observer = observer
    this.#known = known
    this.#fresh = fresh
  }

  /** All chunks and runtimes of the bundle that a file is part of. Empty if they were found before, or there is no bundle. */
  filesBeside(file: string): readonly string[] {
    const part = this.#partOf(file)
    if (part === undefined) return []
    const folder = part.endsWith('chunk') ? this.#folderOfChunk(file, part) : folderOfRuntime(file, part)
    if (folder === undefined || this.#found.has(folder)) return []
    this.#found.add(folder)
    return [...this.#partsIn(folder).keys()]
  }

  /** The nearest folder above a chunk that has a runtime, or all chunks of that runtime; both are in one package. */
  #folderOfChunk(file: string, part: string): string | undefined {
    const own = dirname(file)
    for (let [folder, level] = [own, 0]; level < MOST_LEVELS; level++) {
      const runtimes = [...this.#partsIn(folder)].filter(([, one]) => one.startsWith('runtime'))
      const folders = runtimes.map(([path, one]) => folderOfRuntime(path, one))
      // Several runtimes have a bundle each: the widest folder has all of them.
      if (folders.length > 0) return [folder, ...folders].sort((a, b) => a.length - b.length)[0]
      const above = dirname(folder)
      if (above === folder || this.#observer.isFile(join(folder, 'package.json'))) break
      folder = above
    }
    // An array that a module of CommonJS exports is no chunk.
    return part === 'array chunk' ? undefined : own
  }

  /** The chunks and runtimes in a folder. */
  #partsIn(folder: string): ReadonlyMap<string, string> {
    const known = this.#parts.get(folder)
    if (known !== undefined) return known
    const { files } = filesIn(folder, this.#observer, { isSkipped, paths: 'first', mayCount: isScript })
    const parts = new Map<string, string>()
    for (const path of files.filter(isScript)) {
      const part = this.#partOf(join(folder, path))
      if (part !== undefined) parts.set(join(folder, path), part)
    }
    this.#parts.set(folder, parts)
    return parts
  }

  #partOf(file: string): string | undefined {
    if (!this.#observer.isFile(file)) return undefined
    const real = this.#observer.realpath(file)
    // Read once in a search.
    const record = this.#fresh.get(real) ?? recordOf(real, this.#observer, this.#known, this.#fresh)
    return record.splitPart
  }
}

/** The folder with all chunks that a runtime loads. */
function folderOfRuntime(file: string, part: string): string {
  const [, way, path] = /^runtime (up|at) (.*)$/.exec(part)!
  if (way === 'up') return resolve(dirname(file), path!)
  // Turbopack's runtime has its own path, from the folder of the output.
  const below = path!.split('/').slice(1)
  return slashed(file).endsWith(`/${path}`) ? resolve(file, ...below.map(() => '..')) : dirname(file)
}

function isScript(path: string): boolean {
  return SCRIPT.test(extname(path))
}

function isSkipped(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.')
}
