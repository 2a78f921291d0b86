import type { FileSystem, Stamp } from './file-system.ts'
import { isRacy, isSame, type StampTuple, tupleOf } from './stamps.ts'

/** How something was looked at: `stat` follows links, `lstat` does not. */
type Way = 'stat' | 'lstat'
/** One observation: the stamp, or `null` where there was nothing; or where a path with links leads. */
export type Observation =
  | readonly [way: Way, path: string, tuple: StampTuple | null]
  | readonly [way: 'realpath', path: string, real: string]

/**
 * Looks at files, and remembers everything that was seen and that was not there: as long as all of it stays as it is, the
 * same search finds the same files with the same contents.
 */
export class Observer {
  readonly files: FileSystem
  readonly #seen = new Map<string, { readonly way: Way; readonly path: string; readonly stamp: Stamp | undefined }>()
  readonly #real = new Map<string, string>()
  readonly #names = new Map<string, ReadonlySet<string>>()
  readonly #lists = new Map<string, readonly string[]>()
  /** The time before anything was seen. */
  readonly #begin: number

  constructor(files: FileSystem) {
    this.files = files
    this.#begin = files.now()
  }

  stat(path: string): Stamp | undefined {
    return this.#look('stat', path)
  }

  lstat(path: string): Stamp | undefined {
    return this.#look('lstat', path)
  }

  isFile(path: string): boolean {
    return this.stat(path)?.isFile() === true
  }

  isDirectory(path: string): boolean {
    return this.stat(path)?.isDirectory() === true
  }

  /** The path without links. It is observed: another file may have the same stamp, under another name of its inode. */
  realpath(path: string): string {
    const real = this.#real.get(path) ?? this.files.realpath(path)
    this.#real.set(path, real)
    return real
  }

  /** The names in a folder, which is observed. */
  list(path: string): readonly string[] {
    let names = this.#lists.get(path)
    if (names === undefined) {
      names = this.isDirectory(path) ? this.files.list(path) : []
      this.#lists.set(path, names)
    }
    return names
  }

  /** Whether a folder may have a name, by one look at the folder. Some file systems find a name in other letters, too. */
  mayHave(folder: string, name: string): boolean {
    let names = this.#names.get(folder)
    if (names === undefined) {
      names = new Set(this.list(folder).map((one) => one.toLowerCase()))
      this.#names.set(folder, names)
    }
    return names.has(name.toLowerCase())
  }

  /** The time since which a file must not have changed for its stamp to be trusted. */
  get begin(): number {
    return this.#begin
  }

  /** All observations; `undefined` if one of them is too recent to be trusted later. */
  observations(): Observation[] | undefined {
    const all: Observation[] = this.#links()
    for (const { way, path, stamp } of this.#seen.values()) {
      if (stamp === undefined) all.push([way, path, null])
      else {
        const tuple = tupleOf(stamp)
        if (isRacy(tuple, this.#begin)) return undefined
        all.push([way, path, tuple])
      }
    }
    return all
  }

  /** Whether everything is still as it was seen. */
  isUnchanged(): boolean {
    if (!areCurrent(this.#links(), this.files)) return false
    return [...this.#seen.values()].every(({ way, path, stamp }) => {
      const now = this.files[way](path)
      return stamp === undefined || now === undefined ? stamp === now : isSame(tupleOf(stamp), now)
    })
  }

  /** The paths that have links. */
  #links(): Observation[] {
    return [...this.#real].flatMap(([path, real]) => (path === real ? [] : [['realpath', path, real]]))
  }

  #look(way: Way, path: string): Stamp | undefined {
    const key = `${way} ${path}`
    const known = this.#seen.get(key)
    if (known !== undefined) return known.stamp
    const stamp = this.files[way](path)
    this.#seen.set(key, { way, path, stamp })
    return stamp
  }
}

/** Whether everything is as the observations have it. A plain loop: in a new process, this is most of what runs. */
export function areCurrent(observations: readonly Observation[], files: FileSystem): boolean {
  for (let index = 0; index < observations.length; index++) {
    const observation = observations[index]!
    if (observation[0] === 'realpath') {
      if (files.realpath(observation[1]) !== observation[2]) return false
      continue
    }
    const stamp = files[observation[0]](observation[1])
    const tuple = observation[2]
    if (tuple === null ? stamp !== undefined : stamp === undefined || !isSame(tuple, stamp)) return false
  }
  return true
}
