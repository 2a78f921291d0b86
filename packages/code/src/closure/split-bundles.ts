import { dirname, join, resolve, sep } from 'node:path'
import { filesIn } from '../files/files-in.ts'
import type { Observer } from '../files/observer.ts'
import { type FileRecords, type Known, recordOf } from './file-records.ts'
import { slashed } from './names.ts'
import { isScript } from './split-parts.ts'

/** How far up from a chunk its runtime may be. */
const MOST_LEVELS = 16

/** How many names in a folder, and in those below it, are looked at for a runtime. A folder with more is no output. */
const MOST_NAMES = 5_000

/**
 * The files of bundles that webpack, Rspack and Turbopack split. A chunk imports no other one: the runtime of the bundle loads
 * all by names that it computes.
 */
export class SplitBundles {
  readonly #observer: Observer
  readonly #known: Known
  readonly #fresh: FileRecords
  readonly #found = new Set<string>()
  /** The folders of the bundles whose runtimes are in a folder, or below it. */
  readonly #folders = new Map<string, readonly string[]>()

  constructor(observer: Observer, known: Known, fresh: FileRecords) {
    this.#observer = observer
    this.#known = known
    this.#fresh = fresh
  }

  /** All chunks and runtimes of the bundle that a file is part of. Empty if they were found before, or there is no bundle. */
  filesBeside(file: string): readonly string[] {
    const part = this.#partOf(file)
    if (part === undefined) return []
    const folder = part.endsWith('chunk')
      ? this.#folderOfChunk(file, part)
      : (folderOfRuntime(file, part) ?? dirname(file))
    if (folder === undefined || this.#found.has(folder)) return []
    this.#found.add(folder)
    return [...this.#partsOf(this.#scriptsIn(folder)!).keys()]
  }

  /** The nearest folder above a chunk that has its runtime, or all chunks of that; both are in one package. */
  #folderOfChunk(file: string, part: string): string | undefined {
    const own = dirname(file)
    for (let [folder, level] = [own, 0]; level < MOST_LEVELS; level++) {
      const around = this.#foldersOfRuntimes(folder).filter((one) => own === one || own.startsWith(join(one, sep)))
      // Several runtimes have a bundle each: the widest folder has all of them.
      if (around.length > 0) return around.sort((a, b) => a.length - b.length)[0]
      const above = dirname(folder)
      if (above === folder || this.#observer.isFile(join(folder, 'package.json'))) break
      folder = above
    }
    // An array that a module of CommonJS exports is no chunk.
    return part === 'array chunk' ? undefined : own
  }

  /** The folders of the bundles whose runtimes are in a folder, or below it. */
  #foldersOfRuntimes(folder: string): readonly string[] {
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    // A folder with more names may be the home of its user, or the root of all files.
    const scripts = this.#scriptsIn(folder, MOST_NAMES) ?? this.#scriptsOf(folder)
    const runtimes = [...this.#partsOf(scripts)].filter(([, part]) => part.startsWith('runtime'))
    const folders = [...new Set(runtimes.map(([path, part]) => folderOfRuntime(path, part) ?? folder))]
    this.#folders.set(folder, folders)
    return folders
  }

  /** The scripts in a folder, and in those below it. `undefined`: there are more names than that. */
  #scriptsIn(folder: string, most?: number): readonly string[] | undefined {
    const { files, isCut } = filesIn(folder, this.#observer, { isSkipped, paths: 'first', mayCount: isScript, most })
    return isCut ? undefined : files.filter(isScript).map((path) => join(folder, path))
  }

  /** The scripts in a folder itself. */
  #scriptsOf(folder: string): readonly string[] {
    return this.#observer
      .list(folder)
      .filter((name) => !isSkipped(name) && isScript(name))
      .map((name) => join(folder, name))
  }

  /** Which of the files are chunks and runtimes. */
  #partsOf(files: readonly string[]): ReadonlyMap<string, string> {
    const parts = new Map<string, string>()
    for (const path of files) {
      const part = this.#partOf(path)
      if (part !== undefined) parts.set(path, part)
    }
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

/** The folder with all chunks that a runtime loads. `undefined`: it imports each by its name. */
function folderOfRuntime(file: string, part: string): string | undefined {
  const [, way, path] = /^runtime (up|at|by) (.*)$/.exec(part)!
  if (way === 'by') return undefined
  if (way === 'up') return resolve(dirname(file), path!)
  // Turbopack's runtime has its own path, from the folder of the output.
  const below = path!.split('/').slice(1)
  return slashed(file).endsWith(`/${path}`) ? resolve(file, ...below.map(() => '..')) : dirname(file)
}

function isSkipped(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.')
}
