import { join } from 'node:path'
import type { DependencyPart } from '@persist/core'
import { digestOf } from '../files/digest.ts'
import { filesIn } from '../files/files-in.ts'
import type { Observer } from '../files/observer.ts'
import { namesCondition } from '../resolve/exports-map.ts'
import { findPackage } from '../resolve/find-package.ts'
import type { PackageJson, PackageJsons } from '../resolve/package-json.ts'
import { isInstalled } from '../resolve/resolver.ts'
import { AlteredPackages } from './altered-packages.ts'
import { keepsResults } from './cache-packages.ts'
import { digestOfFile, type FileRecords, type Known } from './file-records.ts'
import { slashed } from './names.ts'

/** How installed packages count: by name and version, or by all their files. */
export type PackageMode = 'version' | 'content'

/** The parts of packages and of all packages that they need. */
export interface PackageParts {
  readonly parts: readonly DependencyPart[]
  /** Which packages each of them finds under a name, for the digest. */
  readonly wiring: readonly string[]
}

/** What a package imports that is generated into `node_modules`. Prisma names it by the digest of the schema, without SQL. */
const GENERATED: ReadonlyMap<string | undefined, readonly string[]> = new Map([['@prisma/client', ['.prisma/client']]])
const BY_PRISMA = /^prisma-client-/

/** Packages of declarations: no program runs them, and many packages name that of Node as one that they need. */
const DECLARATIONS = /^@types\//

interface Reading {
  /** Those of the program. */
  readonly files: Iterable<string>
  readonly observer: Observer
  readonly packages: PackageJsons
  readonly known: Known
  readonly fresh: FileRecords
  /** Those of the process. */
  readonly conditions: readonly string[]
}

/** Follows the dependencies that package.json files name, as far as they are installed. The order of the roots counts. */
export function packageParts(
  roots: readonly PackageJson[],
  mode: PackageMode,
  labels: PackageLabels,
  reading: Reading,
): PackageParts {
  const { files, observer, packages, conditions } = reading
  // Most of a warm start is to look at each path again: without packages, at none of these.
  const alteredByProgram = new AlteredPackages(roots.length === 0 ? [] : files, observer, packages)
  const found = new Map<string, PackageJson>()
  const implied = new Set<string>()
  const ahead = [...roots].reverse()
  const wiring = new Set<string>()
  const altered = new Set<string>()
  /** Follows what a package needs; it counts itself, unless another one implies it. */
  const follow = (from: PackageJson, counts: boolean) => {
    for (const name of [...from.dependencies, ...(GENERATED.get(from.name) ?? [])]) {
      if (keepsResults(name) || DECLARATIONS.test(name)) continue
      const dependency = packages.neededBy(from, name, () =>
        findPackage(name, join(from.root, 'package.json'), observer, packages),
      )
      if (dependency === undefined) continue
      if (mode === 'version' && isImplied(dependency, name, from, alteredByProgram)) {
        if (implied.has(dependency.root)) continue
        implied.add(dependency.root)
        follow(dependency, false)
        continue
      }
      if (counts) wiring.add(`${labels.of(from)} ${name} ${labels.of(dependency)}`)
      if (from.altered.includes(name)) altered.add(dependency.root)
      ahead.push(dependency)
    }
  }
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (found.has(next.root)) continue
    found.set(next.root, next)
    if (conditions.length > 0) {
      const maps = JSON.stringify([next.exports, next.imports])
      for (const one of conditions) if (namesCondition(maps, one)) wiring.add(`${labels.of(next)} under ${one}`)
    }
    follow(next, true)
  }
  const isAltered = (one: PackageJson) => !isPublished(one) || altered.has(one.root) || alteredByProgram.has(one)
  const digestIn = (one: PackageJson, label: string) =>
    mode === 'content' || isAltered(one)
      ? contentOf(one.root, reading)
      : digestOf(`${label}${alteredByProgram.patchesOf(one)}${sqlOf(one, reading)}`)
  const partOf = (one: PackageJson): DependencyPart => {
    const name = labels.of(one)
    return { name, digest: digestIn(one, name) }
  }
  return { parts: [...found.values()].map(partOf), wiring: [...wiring].sort() }
}

/**
 * Whether the version of a package says all of one that it needs: binaries for one system, of the version that it names, as
 * `esbuild` has them. They do not count, since each machine has those of its own system.
 */
function isImplied(one: PackageJson, name: string, by: PackageJson, altered: AlteredPackages): boolean {
  if (!one.isOfPlatform || by.optional.get(name) !== one.version) return false
  if (!isPublished(by) || !isPublished(one) || by.altered.includes(name)) return false
  return !altered.has(by) && !altered.has(one) && altered.patchesOf(one) === ''
}

/** The digest of the queries that Prisma generates beside a client, as a suffix. */
function sqlOf({ name, root }: PackageJson, reading: Reading): string {
  const folder = join(root, 'sql')
  return BY_PRISMA.test(name ?? '') && reading.observer.isDirectory(folder) ? ` sql ${contentOf(folder, reading)}` : ''
}

/** Another content needs another version only where a registry says so. */
function isPublished(one: PackageJson): boolean {
  return isInstalled(one) && one.version !== undefined && !one.isPrivate
}

/**
 * Names packages: by name and version, and a further copy of both by its number too, since it may find other packages, or have
 * another content. The numbers follow the order of the calls, so a caller asks in an order that no folder changes.
 */
export class PackageLabels {
  readonly #copies = new Map<string, string[]>()

  of(one: PackageJson): string {
    const label = labelOf(one)
    const copies = this.#copies.get(label) ?? []
    this.#copies.set(label, copies)
    const number = copies.indexOf(one.root) + 1 || copies.push(one.root)
    return number === 1 ? label : `${label} copy ${number}`
  }
}

function labelOf({ name, version, root }: PackageJson): string {
  return `${name ?? slashed(root).split('/').at(-1)}@${version ?? '?'}`
}

/**
 * The digest of all files of a package, without the packages inside of it. Where it is developed, hidden files do not count, as
 * those of `also` do not: tools write logs there, as Turborepo does with each build.
 */
function contentOf(root: string, { observer, known, fresh }: Reading): string {
  const isHidden = isInstalled({ root }) ? (name: string) => name === '.git' : (name: string) => name.startsWith('.')
  const isSkipped = (name: string) => name === 'node_modules' || isHidden(name)
  const { files, again } = filesIn(root, observer, { isSkipped, paths: 'first' })
  const lines = files.map((path) => `${slashed(path)} ${digestOfFile(join(root, path), observer, known, fresh)}`)
  const links = again.map(([path, first]) => `${slashed(path)} -> ${slashed(first)}`)
  return digestOf([...lines, ...links].sort().join('\n'))
}
