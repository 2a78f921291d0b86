import { dirname, join } from 'node:path'
import type { DependencyPart, DependencyState } from '@persist/core'
import { type Closure, closureOf, IMPORTS_PART, type Scope } from './closure/closure.ts'
import type { FileRecords } from './closure/file-records.ts'
import { FileNames } from './closure/names.ts'
import { PackageLabels, packageParts } from './closure/package-versions.ts'
import { Program } from './closure/program.ts'
import { stateOf } from './closure/state.ts'
import { digestOf } from './files/digest.ts'
import type { FileSystem } from './files/file-system.ts'
import { areCurrent } from './files/observer.ts'
import { unreadable } from './files/unreadable.ts'
import { KnownRecords } from './manifest/known-records.ts'
import { type Manifest, readManifest, writeManifest } from './manifest/manifest.ts'
import type { ManifestFolder } from './manifest/manifest-folder.ts'
import { loadEsbuild } from './slice/esbuild-lazily.ts'
import { modesOf, unseenImports } from './slice/file-modes.ts'
import { leadsBeside } from './slice/leads-beside.ts'
import { sliceOf, type UsedPackage } from './slice/slice.ts'
import { filesWithTypesAtRunTime } from './slice/types-at-run-time.ts'
import { unbundled } from './slice/unbundled.ts'
import { digestWithoutTypes } from './slice/without-types.ts'

/** What is read. */
export interface CodeScope extends Scope {
  /** Only what these exports of the first root reach. Empty: all of it. */
  readonly of: readonly string[]
}

/** What a search finds. */
interface Found extends Pick<Manifest, 'state' | 'basis'> {
  readonly records: FileRecords
}

/** How often a search starts again because a file changed. */
const ATTEMPTS = 3

/** Reads code by its files, with the help of what this process and earlier ones found. */
export class CodeReader {
  readonly #files: FileSystem
  readonly #folderFor: (folder: string) => ManifestFolder
  readonly #records = new KnownRecords()
  #program: Program
  readonly #manifests = new Map<string, Manifest>()

  constructor(files: FileSystem, folderFor: (folder: string) => ManifestFolder) {
    this.#files = files
    this.#program = new Program(files)
    this.#folderFor = folderFor
  }

  read(scope: CodeScope): DependencyState {
    const { roots, of, also, packages, settings } = scope
    const name = digestOf(JSON.stringify([roots, of, also, packages, settings, 'Deno' in globalThis]))
    const inProcess = this.#manifests.get(name)
    if (inProcess !== undefined && this.#isCurrent(inProcess)) return inProcess.state
    const folder = this.#folderFor(dirname(scope.roots[0]))
    const stored = readManifest(folder, name)
    if (stored !== undefined) this.#records.addLater(name, stored.records)
    const isChanged = this.#program.observer.contradicts(stored?.observations ?? [])
    if (stored !== undefined && !isChanged && this.#isCurrent(stored)) {
      this.#manifests.set(name, stored)
      return stored.state
    }
    const { records, ...found } = this.#search(scope, stored)
    const kept = this.#records.add(name, records)
    const manifest: Manifest = { ...found, records: () => kept }
    this.#manifests.set(name, manifest)
    // With nothing that a later process could use, none is written.
    if (found.observations !== undefined || kept.size > 0 || scope.of.length > 0) writeManifest(folder, name, manifest)
    return manifest.state
  }

  #isCurrent({ observations }: Manifest): boolean {
    return observations !== undefined && areCurrent(observations, this.#files)
  }

  #search(scope: CodeScope, stored: Manifest | undefined): Found & Pick<Manifest, 'observations'> {
    for (let attempt = 0; ; attempt++) {
      // The first attempt takes over what earlier searches found. After a change, all of it is found again.
      const { observer } = this.#program
      observer.start()
      // Files that changed between two looks belong to no state that ever was.
      const isLast = () => {
        if (observer.isUnchanged()) return true
        this.#program = new Program(this.#files)
        return attempt === ATTEMPTS
      }
      try {
        const found = this.#searchOnce(scope, stored, this.#program)
        if (isLast()) return { ...found, observations: observer.observations() }
      } catch (error) {
        // A file may have been removed before it was read.
        if (isLast()) throw unreadable(error, 'code')
      }
    }
  }

  #searchOnce(scope: CodeScope, stored: Manifest | undefined, program: Program): Found {
    const records: FileRecords = new Map()
    const closure = closureOf(scope, program, this.#records, records)
    const basis = closure.digest
    const result = { basis, records }
    if (scope.of.length === 0) return { ...result, state: { digest: basis, parts: closure.parts } }
    if (stored?.basis === basis) return { ...result, state: stored.state }
    const { state, isCovered } = this.#slice(scope, closure, program, records)
    // The digest of the closure does not show an edit of another file.
    return { ...result, state, basis: isCovered ? basis : '' }
  }

  #slice(scope: CodeScope, closure: Closure, { observer, packages }: Program, records: FileRecords) {
    const [root] = scope.roots
    const { conditions } = scope.settings
    const names = new FileNames(root, packages)
    const { realpath } = this.#files
    const nameOf = (path: string) => names.of(realpath(join(dirname(root), path)))
    const esbuild = loadEsbuild(root)
    const slice = sliceOf(root, scope.of, conditions, closure, esbuild, realpath, nameOf)
    // esbuild may find what the closure does not have, as a file .css by a path without extension.
    const strays = [...slice.bundled.keys()].filter((path) => !closure.files.has(path) && observer.isFile(path))
    const textOf = (path: string) => Buffer.from(this.#files.read(path)).toString()
    const rest = unbundled(closure, scope.roots, slice.bundled, (path) => unseenImports(textOf(path)))
    const modes = [...closure.transforms].flatMap(([path, transforms]) =>
      slice.bundled.has(path) || rest.files.includes(path)
        ? [`${closure.files.get(path)!.part.name} ${transforms}`]
        : [],
    )
    for (const path of slice.bundled.keys()) {
      const covered = closure.files.get(path)
      if (covered !== undefined)
        modes.push(...modesOf(path, textOf(path), esbuild).map((mode) => `${covered.part.name} ${mode}`))
    }
    const usedFiles = new Set([...slice.bundled.keys(), ...rest.files])
    for (const path of filesWithTypesAtRunTime(closure, usedFiles, textOf, esbuild)) {
      const { name, digest } = closure.files.get(path)!.part
      modes.push(`${name} ${digest}`)
    }
    const whole = rest.files.map((path): DependencyPart => {
      const { name, digest } = closure.files.get(path)!.part
      if (closure.readable.has(path)) return { name, digest }
      return { name, digest: digestWithoutTypes(path, () => this.#files.read(path), esbuild) ?? digest }
    })
    const labels = new PackageLabels()
    const used = [...slice.packages, ...rest.packages]
    const ofUsed = this.#wiring(used, closure, labels)
    const leads = leadsBeside(closure, new Set(rest.files), slice.bundled, labels)
    const reading = {
      files: closure.files.keys(),
      observer,
      packages,
      known: this.#records,
      fresh: records,
      conditions,
    }
    const ofPackages = packageParts(
      used.map(({ found }) => found),
      scope.packages,
      labels,
      reading,
    )
    const wiring = {
      name: IMPORTS_PART,
      digest: digestOf(
        [...[...ofUsed, ...ofPackages.wiring, ...closure.types], ...[...modes.sort(), ...leads, ...slice.order]].join(
          '\n',
        ),
      ),
    }
    const parts = [...whole, ...rest.notes, ...ofPackages.parts, wiring]
    const state: DependencyState = {
      digest: digestOf(`${slice.state.digest} ${stateOf(parts).digest}`),
      parts: stateOf([...slice.state.parts, ...parts]).parts,
    }
    return { state, isCovered: strays.length === 0 }
  }

  /** Which specifier leads to which package; with the file, where that differs between files. A move alone does not count. */
  #wiring(used: UsedPackage[], { files }: Closure, labels: PackageLabels): string[] {
    const key = ({ specifier, file }: UsedPackage) => `${specifier} ${files.get(file)!.part.name}`
    used.sort((a, b) => (key(a) < key(b) ? -1 : 1))
    const found = new Map<string, Set<string>>()
    for (const one of used) found.set(one.specifier, (found.get(one.specifier) ?? new Set()).add(labels.of(one.found)))
    const lines = used.map(({ file, specifier, found: one }) =>
      [...(found.get(specifier)!.size > 1 ? [files.get(file)!.part.name] : []), specifier, labels.of(one)].join(' '),
    )
    return [...new Set(lines)].sort()
  }
}
