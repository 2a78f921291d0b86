import { dirname } from 'node:path'
import type { FileSystem, Stamp } from './file-system.ts'
import type { Look, Observation, Recorder, StampLook, Way } from './look.ts'
import { Memo } from './memo.ts'
import { isRacy, isSame, tupleOf } from './stamps.ts'

/**
 * Looks at files, and remembers everything that was seen and that was not there: as long as all of it stays as it is, the
 * same search finds the same files with the same contents.
 *
 * Several searches may share an observer. Each takes what was seen before for current, and `isUnchanged` at its end looks
 * once more at all that it used. After a `false` nothing of the observer is of use any more.
 */
export class Observer {
  readonly files: FileSystem
  readonly #looks = {
    stat: new Map<string, StampLook>(),
    lstat: new Map<string, StampLook>(),
  } as const
  readonly #reals = new Map<string, { readonly real: string; readonly look: Look }>()
  readonly #links = new Map<string, Look>()
  readonly #lists = new Memo<string, readonly string[]>(this)
  readonly #names = new Memo<string, ReadonlySet<string>>(this)
  readonly #recorders: Recorder[] = []
  /** What this search used. */
  #used: Look[] = []
  #search = 0
  /** The time before this search saw anything. */
  #begin = 0

  constructor(files: FileSystem) {
    this.files = files
    this.start()
  }

  /** Begins another search. What may change without another stamp is looked at again. */
  start(): void {
    for (const { observation, isTrusted } of this.#used) {
      const [way, path] = observation
      if (!isTrusted && way !== 'realpath') this.#looks[way].delete(path)
    }
    this.#used = []
    this.#search++
    this.#begin = this.files.now()
  }

  /** The number of the present search. */
  get search(): number {
    return this.#search
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

  /**
   * The path without links. It is observed: another file may have the same stamp, under another name of its inode. Where the path
   * has no links, its folder is observed, once for all files in it: a folder may be moved, and a link to it left in its place.
   */
  realpath(path: string): string {
    let known = this.#reals.get(path)
    if (known === undefined) {
      const real = this.files.realpath(path)
      known = { real, look: real === path ? this.#unlinked(dirname(path)) : this.#leadsTo(path, real) }
      this.#reals.set(path, known)
    }
    this.#use(known.look)
    return known.real
  }

  /** The names in a folder, which is observed. */
  list(path: string): readonly string[] {
    return this.#lists.get(path, () => (this.isDirectory(path) ? this.files.list(path) : []))
  }

  /** Whether a folder may have a name, by one look at the folder. Some file systems find a name in other letters, too. */
  mayHave(folder: string, name: string): boolean {
    const names = this.#names.get(folder, () => new Set(this.list(folder).map((one) => one.toLowerCase())))
    return names.has(name.toLowerCase())
  }

  /** The time since which a file must not have changed for its stamp to be trusted. */
  get begin(): number {
    return this.#begin
  }

  /** All observations of this search; `undefined` if one of them is too recent to be trusted later. */
  observations(): Observation[] | undefined {
    if (this.#used.some(({ isTrusted }) => !isTrusted)) return undefined
    return this.#used.map(({ observation }) => observation)
  }

  /** Whether everything that this search used is still as it was seen. */
  isUnchanged(): boolean {
    return this.#used.every(({ observation }) => isCurrent(observation, this.files))
  }

  /** Whether something was last seen in another way than observations have it: then they need no further look. */
  contradicts(observations: readonly Observation[]): boolean {
    if (this.#looks.stat.size === 0) return false
    return observations.some(([way, path, seen]) => {
      if (way === 'realpath') return false
      const look = this.#looks[way].get(path)
      if (look === undefined) return false
      return seen === null || look.stamp === undefined ? seen !== (look.stamp ?? null) : !isSame(seen, look.stamp)
    })
  }

  /** Calls a function, and collects all that its result is made from. */
  record<V>(find: () => V): Recorder & { readonly value: V } {
    const recorder: Recorder = { looks: new Set(), isKept: true }
    this.#recorders.push(recorder)
    try {
      const value = find()
      this.#recorders.pop()
      return { ...recorder, isKept: recorder.isKept && [...recorder.looks].every((one) => one.isTrusted), value }
    } catch (error) {
      // Another value may be made from this failure.
      this.#recorders.pop()
      this.use(recorder)
      throw error
    }
  }

  /** Takes over what another value is made from. */
  use({ looks, isKept }: { readonly looks: Iterable<Look>; readonly isKept: boolean }): void {
    for (const look of looks) this.#use(look)
    if (!isKept) this.keepForThisSearch()
  }

  /** The value that is being found is right for this search only. */
  keepForThisSearch(): void {
    const recorder = this.#recorders.at(-1)
    if (recorder !== undefined) recorder.isKept = false
  }

  /** What led to a path may lead elsewhere later, also in another process, and no file shows it. */
  distrust(path: string): void {
    const stamp = this.stat(path)
    const observation: Observation = ['stat', path, stamp === undefined ? null : tupleOf(stamp)]
    this.#use({ observation, isTrusted: false, search: 0 })
  }

  #look(way: Way, path: string): Stamp | undefined {
    let look = this.#looks[way].get(path)
    if (look === undefined) {
      const stamp = this.files[way](path)
      const tuple = stamp === undefined ? null : tupleOf(stamp)
      const isTrusted = tuple === null || !isRacy(tuple, this.#begin)
      look = { stamp, observation: [way, path, tuple], isTrusted, search: 0 }
      this.#looks[way].set(path, look)
    }
    this.#use(look)
    return look.stamp
  }

  #unlinked(folder: string): Look {
    return this.#links.get(folder) ?? this.#leadsTo(folder, folder)
  }

  #leadsTo(path: string, real: string): Look {
    const look: Look = { observation: ['realpath', path, real], isTrusted: true, search: 0 }
    this.#links.set(path, look)
    return look
  }

  #use(look: Look): void {
    this.#recorders.at(-1)?.looks.add(look)
    if (look.search === this.#search) return
    look.search = this.#search
    this.#used.push(look)
  }
}

/** Whether everything is as the observations have it. A plain loop: in a new process, this is most of what runs. */
export function areCurrent(observations: readonly Observation[], files: FileSystem): boolean {
  for (let index = 0; index < observations.length; index++) if (!isCurrent(observations[index]!, files)) return false
  return true
}

function isCurrent(observation: Observation, files: FileSystem): boolean {
  if (observation[0] === 'realpath') return files.realpath(observation[1]) === observation[2]
  const stamp = files[observation[0]](observation[1])
  const tuple = observation[2]
  return tuple === null ? stamp === undefined : stamp !== undefined && isSame(tuple, stamp)
}
