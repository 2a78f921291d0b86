import { dirname } from 'node:path'
import type { DependencyPart, DependencyState } from '@persist/core'
import { digestOf } from '../files/digest.ts'
import { findUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import { type PackageJson, PackageJsons } from '../resolve/package-json.ts'
import { Resolver } from '../resolve/resolver.ts'
import { filesOfAlso } from './also.ts'
import { keepsResults } from './cache-packages.ts'
import { type FileRecords, recordOf } from './file-records.ts'
import { HowFilesRun } from './how-files-run.ts'
import { FileNames } from './names.ts'
import { labelOf, type PackageMode, packageParts } from './package-versions.ts'
import { SplitBundles } from './split-bundles.ts'

/** What is covered. */
export interface Scope {
  /** The files that everything begins with, without links in their paths. The first one names the others. */
  readonly roots: readonly [string, ...string[]]
  readonly also: readonly string[]
  readonly packages: PackageMode
}

/** Everything that the roots import, transitively. */
export interface Closure extends DependencyState {
  /** The specifiers of installed packages, as written. */
  readonly external: readonly string[]
  /** The files, without links in their paths. */
  readonly files: ReadonlyMap<string, CoveredFile>
  /** The files of `also`. */
  readonly further: readonly string[]
  /** Files that the program may read as they are, such as those of `also`, `new URL('…')` and `import './a.ts?raw'`. */
  readonly readable: ReadonlySet<string>
  /** The lock file of Deno, if names in specifiers are no versions. */
  readonly lock: readonly DependencyPart[]
  /** What each package.json says of how its files are run. */
  readonly types: readonly string[]
  /** The settings of tsconfig.json that change how a file is run, for each file that has some. */
  readonly transforms: ReadonlyMap<string, string>
}

/** A file, and where its imports lead. */
export interface CoveredFile {
  readonly part: DependencyPart
  /** What could not be followed. */
  readonly notes: readonly DependencyPart[]
  readonly imports: ReadonlyMap<
    string,
    {
      readonly files: readonly string[]
      readonly packages: readonly PackageJson[]
      /** Where it leads, and what chose that. */
      readonly wiring: string
    }
  >
}

/** The name of the part that says which import leads to which file, and how files are run. */
export const IMPORTS_PART = 'imports'

/** Stands for the imports of all chunks of a bundle. No specifier has a space in front. */
const CHUNKS = ' chunks'

/** Follows all imports of the roots. Reads a file only if it is not as `known` has it; what was read goes into `fresh`. */
export function closureOf(
  { roots, also, packages: mode }: Scope,
  observer: Observer,
  known: FileRecords,
  fresh: FileRecords,
): Closure {
  const packages = new PackageJsons(observer)
  const resolver = new Resolver(observer, packages)
  const names = new FileNames(roots[0], packages)
  const files = new Map<string, CoveredFile>()
  const wiring: string[] = []
  const bundles = new SplitBundles(observer, known, fresh)
  const howFilesRun = new HowFilesRun(packages, resolver, names)
  const installed = new Map<string, PackageJson>()
  const external = new Set<string>()
  const further = filesOfAlso(also, dirname(roots[0]), observer)
  const ahead = [...roots, ...further]
  const readable = new Set(further.map((path) => observer.realpath(path)))
  const exactly = new Map<string, string>()
  let usesRegistry: string | undefined

  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    observer.stat(next)
    const file = observer.realpath(next)
    if (files.has(file)) continue
    const { digest, exact, specifiers, uncertain, opaque, hasJsx } = recordOf(file, observer, known, fresh)
    const name = names.of(file)
    howFilesRun.add(file, hasJsx)
    const imports = new Map<string, { files: string[]; packages: readonly PackageJson[]; wiring: string }>()
    const notes: DependencyPart[] = []
    files.set(file, { part: { name, digest }, notes, imports })
    if (exact !== undefined) exactly.set(file, exact)
    if (opaque > 0) notes.push({ name: `${name}: import of a computed name, not followed`, digest: String(opaque) })
    const follow = (specifier: string, isCertain: boolean, mayBeRead = !isCertain || specifier.includes('?')) => {
      if (keepsResults(specifier)) return
      const targets = resolver.resolve(specifier, file)
      const addresses = targets.addresses ?? []
      if ([specifier, ...addresses].some((one) => /^(?:npm|jsr|https?):/.test(one))) usesRegistry ??= file
      for (const one of addresses) notes.push({ name: `${name}: ${specifier} is ${one}`, digest: digestOf(one) })
      if (addresses.length > 0) external.add(specifier)
      if (targets.isLost) {
        if (isCertain) notes.push({ name: `${name}: ${specifier}, not found`, digest: 'absent' })
        return
      }
      for (const one of targets.packages) {
        installed.set(one.root, one)
        external.add(specifier)
      }
      ahead.push(...targets.files)
      const found = targets.files.map((path) => observer.realpath(path))
      if (mayBeRead) for (const path of found) readable.add(path)
      const places = found.map((path) => names.of(path))
      const leads = [...places, ...targets.packages.map(labelOf), ...(targets.choices ?? [])].join(' ')
      imports.set(specifier, { files: found, packages: targets.packages, wiring: leads })
      if (targets.files.length + targets.packages.length > 0) {
        wiring.push(`${name} ${specifier} ${leads}`)
      }
    }
    for (const specifier of specifiers) follow(specifier, true)
    for (const specifier of uncertain) follow(specifier, false)
    const chunks = bundles.filesBeside(file)
    if (chunks.length > 0) {
      ahead.push(...chunks)
      const found = chunks.map((path) => observer.realpath(path))
      imports.set(CHUNKS, { files: found, packages: [], wiring: '' })
    }
    const runtimes = hasJsx ? resolver.jsxRuntimes(file) : []
    for (const specifier of runtimes) if (!imports.has(specifier)) follow(specifier, false, false)
  }
  for (const [file, digest] of exactly) {
    const { part, ...covered } = files.get(file)!
    if (readable.has(file)) files.set(file, { ...covered, part: { ...part, digest } })
  }
  // Names in these specifiers are not versions, but the lock file has those.
  const lockFile = usesRegistry && findUp(dirname(usesRegistry), 'deno.lock', (path) => observer.isFile(path))
  const lock = lockFile ? [{ name: 'deno.lock', digest: recordOf(lockFile, observer, known, fresh).digest }] : []
  const ofPackages = packageParts(installed.values(), mode, { observer, packages, known, fresh })
  const imports = {
    name: IMPORTS_PART,
    digest: digestOf([...wiring.sort(), ...ofPackages.wiring, ...howFilesRun.lines()].join('\n')),
  }
  return {
    ...stateOf([
      ...[...files.values()].flatMap(({ part, notes }) => [part, ...notes]),
      ...lock,
      ...ofPackages.parts,
      imports,
    ]),
    external: [...external].sort(),
    files,
    further: further.map((path) => observer.realpath(path)),
    readable,
    lock,
    types: howFilesRun.types(),
    transforms: howFilesRun.transforms(),
  }
}

/** The digest of parts in any order, and the parts in order. */
export function stateOf(parts: readonly DependencyPart[]): DependencyState {
  const sorted = [...parts].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  return { digest: digestOf(sorted.map(key).join('\n')), parts: sorted }
}

function key({ name, digest }: DependencyPart): string {
  return `${JSON.stringify(name)} ${digest}`
}
