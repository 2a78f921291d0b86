import { join } from 'node:path'
import { digestOf } from '../files/digest.ts'
import type { Listed, Stamp } from '../files/file-system.ts'
import { stampText } from '../files/stamps.ts'
import { contents, files } from '../tracing.ts'

/** Which paths count. */
export interface Filter {
  readonly includes: (path: string) => boolean
  readonly excludes: (path: string) => boolean
}

/** The digest of all contents, and one of all stamps. */
export interface FolderContents {
  readonly digest: string
  readonly stamps: string
}

/**
 * Reads a folder. A link counts as what it leads to. Each folder is listed once, however many links lead to it.
 *
 * @param filter Without one, the work does not grow with the number of paths, which two links in a folder double.
 */
export function folderContents(path: string, filter: Filter | undefined): FolderContents {
  const entries = entriesOnce()
  if (filter === undefined) return wholeOf(path, '.', { entries, seen: new Map() }, [])
  return summaryOf([...chosenOf(path, '', filter, entries, [])])
}

interface Part {
  readonly name: string
  readonly digest: string
  readonly stamp: string
}

/** The digests of what is in a folder, by paths from it. */
function summaryOf(parts: readonly Part[]): FolderContents {
  return {
    digest: digestOf(JSON.stringify(parts.map(({ name, digest }) => [name, digest]))),
    stamps: digestOf(JSON.stringify(parts.map(({ stamp }) => stamp))),
  }
}

/** A folder without its place. */
interface Whole extends FolderContents {
  /** Whether a link below leads to a folder around it. Elsewhere, the same folder then is another one. */
  readonly hasLoop: boolean
}

interface Walk {
  readonly entries: Entries
  /** By the path without links: the first path of a folder, and what it is if that does not depend on the path. */
  readonly seen: Map<string, { readonly first: string; readonly whole?: Whole }>
}

/** @param around the paths of the folders around, without links. */
function wholeOf(path: string, place: string, walk: Walk, around: readonly string[]): Whole {
  const real = files.realpath(path)
  const loop = loopOf(real, around)
  if (loop !== undefined) return { digest: loop, stamps: '', hasLoop: true }
  const seen = walk.seen.get(real)
  if (seen !== undefined) return seen.whole ?? { digest: `as ${seen.first}`, stamps: '', hasLoop: true }
  walk.seen.set(real, { first: place })
  let hasLoop = false
  const parts = walk.entries(path, real).flatMap((entry): Part | readonly Part[] => {
    const { name } = entry
    if (!entry.isFolder) return entry.read().map((content) => ({ name, ...content }))
    const below = wholeOf(join(path, name), `${place}/${name}`, walk, [...around, real])
    hasLoop ||= below.hasLoop
    return { name: `${name}/`, digest: below.digest, stamp: below.stamps }
  })
  const whole = { ...summaryOf(parts), hasLoop }
  if (!hasLoop) walk.seen.set(real, { first: place, whole })
  return whole
}

/** The folders and files that count, in the order of their names. */
function* chosenOf(
  path: string,
  before: string,
  filter: Filter,
  entries: Entries,
  around: readonly string[],
): Generator<Part> {
  const real = files.realpath(path)
  const loop = loopOf(real, around)
  if (loop !== undefined) return yield { name: before, digest: loop, stamp: '' }
  for (const entry of entries(path, real)) {
    const name = `${before}${entry.name}`
    if (filter.excludes(name)) continue
    if (entry.isFolder) {
      if (filter.includes(`${name}/`)) yield { name: `${name}/`, digest: '', stamp: '' }
      yield* chosenOf(join(path, entry.name), `${name}/`, filter, entries, [...around, real])
    } else if (filter.includes(name)) for (const content of entry.read()) yield { name, ...content }
  }
}

function loopOf(real: string, around: readonly string[]): string | undefined {
  const index = around.indexOf(real)
  return index === -1 ? undefined : `a link ${around.length - index} up`
}

type Entries = (path: string, real: string) => readonly Entry[]

/** Lists each folder once, and reads each file in it once. */
function entriesOnce(): Entries {
  const known = new Map<string, readonly Entry[]>()
  return (path, real) => {
    let entries = known.get(real)
    if (entries === undefined) {
      const listed = [...files.list(path)].sort((a, b) => (a.name < b.name ? -1 : 1))
      entries = listed.map((one) => new Entry(one, join(path, one.name)))
      known.set(real, entries)
    }
    return entries
  }
}

type Content = Omit<Part, 'name'>

/** A name in a folder, which is looked at when it counts. */
class Entry {
  readonly name: string
  readonly #path: string
  readonly #kind: Listed['kind']
  #stamp: Stamp | undefined
  #content: readonly Content[] | undefined

  constructor({ name, kind }: Listed, path: string) {
    this.name = name
    this.#kind = kind
    this.#path = path
  }

  get isFolder(): boolean {
    if (this.#kind !== 'directory') this.#stamp ??= files.stat(this.#path)
    return (this.#stamp?.kind ?? this.#kind) === 'directory'
  }

  /** The content of a file or link; none of what has no content. */
  read(): readonly Content[] {
    this.#content ??= this.#read()
    return this.#content
  }

  #read(): readonly Content[] {
    const stamp = this.#stamp
    const digest = stamp?.kind === 'file' ? contents.digest(this.#path, 'file', stamp) : undefined
    if (stamp !== undefined && digest !== undefined) return [{ digest, stamp: stampText(stamp) }]
    if (this.#kind === 'link') return [{ digest: 'a link to no file', stamp: '' }]
    if (this.name.includes('\u{FFFD}')) throw new Error(`the name of ${this.#path} is no UTF-8`)
    // It vanished after it was listed, or has no contents.
    return []
  }
}
