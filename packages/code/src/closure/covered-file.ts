import { dirname, join } from 'node:path'
import type { DependencyPart } from '@persist/core'
import { digestOf } from '../files/digest.ts'
import { Memo } from '../files/memo.ts'
import type { Observer } from '../files/observer.ts'
import type { PackageJson } from '../resolve/package-json.ts'
import type { FileRecord } from './file-records.ts'
import type { FileLeads, Followed, Leads } from './leads.ts'
import type { FileNames } from './names.ts'
import type { PackageLabels } from './package-versions.ts'
import { FOLDER } from './state.ts'

/** A file, and where its imports lead. */
export interface CoveredFile {
  readonly part: DependencyPart
  /** What could not be followed. */
  readonly notes: readonly DependencyPart[]
  readonly imports: ReadonlyMap<string, Lead>
  /** The imports that count, by their keys. */
  readonly wired: readonly Wired[]
  /** The files to follow next. */
  readonly ahead: readonly string[]
  /** Those of them that the program may read as they are. */
  readonly readable: readonly string[]
  /** The specifiers of packages. */
  readonly external: readonly string[]
  /** What leads nowhere: names as written, and paths from the root of the file system. */
  readonly absent: readonly string[]
  /** Whether a specifier, or what an import map gives for it, names a registry. */
  readonly usesRegistry: boolean
}

/** Where an import leads. */
export interface Lead {
  readonly files: readonly string[]
  /** The names of the files. */
  readonly places: readonly string[]
  readonly packages: readonly PackageJson[]
  /** What chose among these: as package.json has it, and conditions of the process. */
  readonly choices: readonly string[]
}

/** An import with its place among all of a program. */
export interface Wired {
  readonly key: string
  readonly lead: Lead
  /** The line in the digest, unless that depends on which packages come first. */
  readonly line: string | undefined
}

/** Stands for the imports of all chunks of a bundle. No specifier has a space in front. */
const CHUNKS = ' chunks'

/** Makes each file's part and leads once for all searches that name its files in the same way. */
export class CoveredFiles {
  readonly #observer: Observer
  readonly #leads: Leads
  readonly #homes = new Map<string, Memo<FileRecord, CoveredFile | undefined>>()

  constructor(observer: Observer, leads: Leads) {
    this.#observer = observer
    this.#leads = leads
  }

  /** @param chunks the other files of the bundle that the file is part of. */
  of(file: string, record: FileRecord, names: FileNames, chunks: readonly string[]): CoveredFile {
    const shared =
      chunks.length > 0 ? undefined : this.#under(names.home).get(record, () => this.#shared(file, record, names))
    return shared ?? this.#cover(file, record, names, this.#leads.of(file, record), chunks)
  }

  #under(home: string): Memo<FileRecord, CoveredFile | undefined> {
    let memo = this.#homes.get(home)
    if (memo === undefined) {
      memo = new Memo(this.#observer)
      this.#homes.set(home, memo)
    }
    return memo
  }

  /** `undefined`: a name depends on which package of that name comes first. */
  #shared(file: string, record: FileRecord, names: FileNames): CoveredFile | undefined {
    const leads = this.#leads.of(file, record)
    const named = [...leads.written, ...leads.byJsx].flatMap(({ found }) => found)
    if (![file, ...named].every((one) => names.isOwn(one))) return undefined
    return this.#cover(file, record, names, leads, [])
  }

  #cover(
    file: string,
    { digest, opaque }: FileRecord,
    names: FileNames,
    { written, byJsx }: FileLeads,
    chunks: readonly string[],
  ): CoveredFile {
    const name = names.of(file)
    const imports = new Map<string, Lead>()
    const notes: DependencyPart[] = []
    const [ahead, readable, external, absent]: [string[], string[], string[], string[]] = [[], [], [], []]
    if (opaque > 0) notes.push({ name: `${name}: import of a computed name, not followed`, digest: String(opaque) })
    const add = ({ specifier, isCertain, mayBeRead, targets, found, choices, isOtherFolder }: Followed) => {
      const addresses = targets.addresses ?? []
      for (const one of addresses) notes.push({ name: `${name}: ${specifier} is ${one}`, digest: digestOf(one) })
      if (addresses.length > 0) external.push(specifier)
      if (isOtherFolder) notes.push({ name: `${name}: ${specifier}, a folder, not followed`, digest: FOLDER })
      if (targets.files.length + targets.packages.length === 0) {
        absent.push(specifier.startsWith('.') ? join(dirname(file), specifier) : specifier)
      }
      if (targets.isLost) {
        if (isCertain) notes.push({ name: `${name}: ${specifier}, not found`, digest: 'absent' })
        return
      }
      if (targets.packages.length > 0) external.push(specifier)
      ahead.push(...targets.files)
      if (mayBeRead) readable.push(...found)
      const places = found.map((path) => names.of(path))
      imports.set(specifier, { files: found, places, packages: targets.packages, choices })
    }
    for (const one of written) add(one)
    if (chunks.length > 0) {
      ahead.push(...chunks)
      const found = chunks.map((path) => this.#observer.realpath(path))
      // Their names are those of their parts.
      imports.set(CHUNKS, { files: found, places: [], packages: [], choices: [] })
    }
    for (const one of byJsx) add(one)
    const wired = [...imports]
      .flatMap(([specifier, lead]) => wiredFor(`${name} ${specifier}`, lead))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    const usesRegistry = [...written, ...byJsx].some(({ isOfRegistry }) => isOfRegistry)
    return { part: { name, digest }, notes, imports, wired, ahead, readable, external, absent, usesRegistry }
  }
}

function wiredFor(key: string, lead: Lead): readonly Wired[] {
  const { places, packages, choices } = lead
  if (places.length + packages.length === 0) return []
  return [{ key, lead, line: packages.length > 0 ? undefined : `${key} ${[...places, ...choices].join(' ')}` }]
}

/** Where an import leads, and what chose that, for the digest. */
export function wiringOf({ places, packages, choices }: Lead, labels: PackageLabels): string {
  return [...places, ...packages.map((one) => labels.of(one)), ...choices].join(' ')
}
