import { dirname, join } from 'node:path'
import type { DependencyPart, DependencyState } from '@persist/core'
import { digestOf } from '../files/digest.ts'
import { findUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import { namesCondition } from '../resolve/exports-map.ts'
import { type PackageJson, PackageJsons } from '../resolve/package-json.ts'
import type { ProcessSettings } from '../resolve/process-settings.ts'
import { Resolver } from '../resolve/resolver.ts'
import { filesOfAlso } from './also.ts'
import { keepsResults } from './cache-packages.ts'
import { type FileRecords, recordOf } from './file-records.ts'
import { HowFilesRun } from './how-files-run.ts'
import { FileNames } from './names.ts'
import { PackageLabels, type PackageMode, packageParts } from './package-versions.ts'
import { SplitBundles } from './split-bundles.ts'
import { FOLDER, stateOf } from './state.ts'

/** What is covered. */
export interface Scope {
  /** The files that everything begins with, without links in their paths. The first one names the others. */
  readonly roots: readonly [string, ...string[]]
  readonly also: readonly string[]
  readonly packages: PackageMode
  readonly settings: ProcessSettings
}

/** Everything that the roots import, transitively. */
export interface Closure extends DependencyState {
  /** The specifiers of installed packages, as written. */
  readonly external: readonly string[]
  /** What leads to no file and no package: names as written, and paths from the root of the file system. */
  readonly absent: readonly string[]
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
  readonly imports: ReadonlyMap<string, Lead>
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

/** The name of the part that says which import leads to which file, and how files are run. */
export const IMPORTS_PART = 'imports'

/** Stands for the imports of all chunks of a bundle. No specifier has a space in front. */
const CHUNKS = ' chunks'

/** Follows all imports of the roots. Reads a file only if it is not as `known` has it; what was read goes into `fresh`. */
export function closureOf(
  { roots, also, packages: mode, settings }: Scope,
  observer: Observer,
  known: FileRecords,
  fresh: FileRecords,
): Closure {
  const packages = new PackageJsons(observer)
  const resolver = new Resolver(observer, packages, settings)
  const names = new FileNames(roots[0], packages)
  const files = new Map<string, CoveredFile>()
  const bundles = new SplitBundles(observer, known, fresh)
  const howFilesRun = new HowFilesRun(packages, resolver, names)
  const external = new Set<string>()
  const absent = new Set<string>()
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
    const imports = new Map<string, Lead>()
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
      if (!isCertain && resolver.isOtherFolder(specifier, file)) {
        notes.push({ name: `${name}: ${specifier}, a folder, not followed`, digest: FOLDER })
      }
      if (targets.files.length + targets.packages.length === 0) {
        absent.add(specifier.startsWith('.') ? join(dirname(file), specifier) : specifier)
      }
      if (targets.isLost) {
        if (isCertain) notes.push({ name: `${name}: ${specifier}, not found`, digest: 'absent' })
        return
      }
      if (targets.packages.length > 0) external.add(specifier)
      ahead.push(...targets.files)
      const found = targets.files.map((path) => observer.realpath(path))
      if (mayBeRead) for (const path of found) readable.add(path)
      const places = found.map((path) => names.of(path))
      const byPackage = targets.choices ?? []
      const byProcess = settings.conditions.filter((one) => byPackage.some((choice) => namesCondition(choice, one)))
      imports.set(specifier, {
        files: found,
        places,
        packages: targets.packages,
        choices: [...byPackage, ...byProcess.map((one) => `under ${one}`)],
      })
    }
    for (const specifier of specifiers) follow(specifier, true)
    for (const specifier of uncertain) follow(specifier, false)
    const chunks = bundles.filesBeside(file)
    if (chunks.length > 0) {
      ahead.push(...chunks)
      const found = chunks.map((path) => observer.realpath(path))
      // Their names are those of their parts.
      imports.set(CHUNKS, { files: found, places: [], packages: [], choices: [] })
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
  const leads = [...files.values()]
    .flatMap(({ part, imports }) =>
      [...imports].map(([specifier, lead]) => ({ key: `${part.name} ${specifier}`, lead })),
    )
    .filter(({ lead }) => lead.places.length + lead.packages.length > 0)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const labels = new PackageLabels()
  const wiring = leads.map(({ key, lead }) => `${key} ${wiringOf(lead, labels)}`)
  const installed = leads.flatMap(({ lead }) => lead.packages)
  const ofPackages = packageParts(installed, mode, labels, {
    files: files.keys(),
    observer,
    packages,
    known,
    fresh,
    conditions: settings.conditions,
  })
  const imports = {
    name: IMPORTS_PART,
    digest: digestOf([...wiring, ...ofPackages.wiring, ...howFilesRun.lines()].join('\n')),
  }
  return {
    ...stateOf([
      ...[...files.values()].flatMap(({ part, notes }) => [part, ...notes]),
      ...lock,
      ...ofPackages.parts,
      imports,
    ]),
    external: [...external].sort(),
    absent: [...absent],
    files,
    further: further.map((path) => observer.realpath(path)),
    readable,
    lock,
    types: howFilesRun.types(),
    transforms: howFilesRun.transforms(),
  }
}

/** Where an import leads, and what chose that, for the digest. */
export function wiringOf({ places, packages, choices }: Lead, labels: PackageLabels): string {
  return [...places, ...packages.map((one) => labels.of(one)), ...choices].join(' ')
}
