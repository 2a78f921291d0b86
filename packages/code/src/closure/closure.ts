import { dirname } from 'node:path'
import type { DependencyPart, DependencyState } from '@persist/core'
import { digestOf } from '../files/digest.ts'
import { findUp } from '../files/find-up.ts'
import type { ProcessSettings } from '../resolve/process-settings.ts'
import { filesOfAlso } from './also.ts'
import { type CoveredFile, type Wired, wiringOf } from './covered-file.ts'
import { type FileRecords, type Known, recordOf } from './file-records.ts'
import { HowFilesRun } from './how-files-run.ts'
import { FileNames } from './names.ts'
import { PackageLabels, type PackageMode, packageParts } from './package-versions.ts'
import type { Program } from './program.ts'
import { SplitBundles } from './split-bundles.ts'
import { stateOf } from './state.ts'

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

/** The name of the part that says which import leads to which file, and how files are run. */
export const IMPORTS_PART = 'imports'

/** Follows all imports of the roots. Reads a file only if it is not as `known` has it; what was read goes into `fresh`. */
export function closureOf(
  { roots, also, packages: mode, settings }: Scope,
  program: Program,
  known: Known,
  fresh: FileRecords,
): Closure {
  const { observer, packages } = program
  const { resolver, covered } = program.under(settings)
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
    const record = recordOf(file, observer, known, fresh)
    howFilesRun.add(file, record.hasJsx)
    const found = covered.of(file, record, names, bundles.filesBeside(file))
    files.set(file, found)
    if (record.exact !== undefined) exactly.set(file, record.exact)
    if (found.usesRegistry) usesRegistry ??= file
    for (const one of found.external) external.add(one)
    for (const one of found.absent) absent.add(one)
    for (const one of found.readable) readable.add(one)
    ahead.push(...found.ahead)
  }
  for (const [file, digest] of exactly) {
    const { part, ...covered } = files.get(file)!
    if (readable.has(file)) files.set(file, { ...covered, part: { ...part, digest } })
  }
  // Names in these specifiers are not versions, but the lock file has those.
  const lockFile = usesRegistry && findUp(dirname(usesRegistry), 'deno.lock', (path) => observer.isFile(path))
  const lock = lockFile ? [{ name: 'deno.lock', digest: recordOf(lockFile, observer, known, fresh).digest }] : []
  const leads = wiredInOrder([...files.values()])
  const labels = new PackageLabels()
  const wiring = leads.map(({ key, lead, line }) => line ?? `${key} ${wiringOf(lead, labels)}`)
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

/** A letter before which a key may end, at the end of its name. */
const BEFORE_LETTERS = /[\0- ]/

/** The imports of all files, by their keys. */
function wiredInOrder(files: CoveredFile[]): readonly Wired[] {
  const byKey = (a: Wired, b: Wired) => (a.key < b.key ? -1 : 1)
  if (files.some(({ part }) => BEFORE_LETTERS.test(part.name))) return files.flatMap(({ wired }) => wired).sort(byKey)
  // The same order, without a comparison of each import with the others: a key is a name, a space and a specifier.
  return files.sort((a, b) => (a.part.name < b.part.name ? -1 : 1)).flatMap(({ wired }) => wired)
}
