import { isBuiltin } from 'node:module'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Observer } from '../files/observer.ts'
import { builtFiles } from './built-file.ts'
import { filesAt, sourcesOf } from './candidates.ts'
import { DenoConfigs } from './deno-config.ts'
import { chosenFrom } from './exports-map.ts'
import { findInstalled, splitSpecifier } from './find-package.ts'
import { jsxRuntimesOf } from './jsx-runtimes.ts'
import type { PackageJson, PackageJsons } from './package-json.ts'
import type { ProcessSettings } from './process-settings.ts'
import { TsConfigs } from './tsconfig.ts'

/** What an import leads to. */
export interface Targets {
  /** Source files: of the program, or of packages that are linked into it. */
  readonly files: readonly string[]
  /** Installed packages. */
  readonly packages: readonly PackageJson[]
  /** It leads nowhere: what it names is not there, or is on another machine. */
  readonly isLost: boolean
  /** The addresses that an import map of Deno gives the specifier. No bundler knows them. */
  readonly addresses?: readonly string[] | undefined
  /** What chooses among the targets, as package.json has it. */
  readonly choices?: readonly string[] | undefined
}

const NOTHING: Targets = { files: [], packages: [], isLost: false }
const LOST: Targets = { files: [], packages: [], isLost: true }

/** Finds what imports lead to, for Node, Bun, Deno, tsx and bundlers alike: where they differ, all of it. */
export class Resolver {
  readonly #observer: Observer
  readonly #packages: PackageJsons
  readonly #tsconfigs: TsConfigs
  readonly #denoConfigs: DenoConfigs
  readonly #isTsx: boolean
  readonly #nodePath: readonly string[]

  constructor(observer: Observer, packages: PackageJsons, settings: ProcessSettings) {
    this.#observer = observer
    this.#packages = packages
    this.#tsconfigs = new TsConfigs(observer, settings)
    this.#denoConfigs = new DenoConfigs(observer)
    this.#isTsx = settings.tsconfig !== undefined
    this.#nodePath = settings.nodePath
  }

  /** The modules that JSX imports by itself. */
  jsxRuntimes(from: string): readonly string[] {
    const sources = this.#tsconfigs.jsxImportSources(from)
    return (sources.length === 0 ? ['react'] : sources).flatMap(jsxRuntimesOf)
  }

  /** The settings of tsconfig.json that change how a file is run. */
  transformsOf(file: string): string {
    return isInstalledAt(file) ? '' : this.#tsconfigs.transformsOf(file)
  }

  resolve(specifier: string, from: string): Targets {
    const found = this.#find(specifier, from)
    if (/^[a-z]+:/.test(specifier)) return found
    // Other programs do not look for the files of Deno, unless they might be for it.
    if (found.isLost) return this.#byDeno(specifier, from)
    if (!('Deno' in globalThis) || /^[./]/.test(specifier)) return found
    // Deno takes what these files name, although a package of that name is installed; by `npm:` it takes installed ones.
    const named = this.#byDeno(specifier, from)
    return { ...joined([found, named]), addresses: named.addresses?.filter((one) => !one.startsWith('npm:')) }
  }

  /** Whether a path, as a part of a URL, is that of a folder; not one that the file itself is in. */
  isOtherFolder(specifier: string, from: string): boolean {
    const path = decoded(specifier.replace(/[?#].*$/, ''))
    return /^\.{1,2}\/.*[^./]/.test(path) && this.#observer.isDirectory(resolve(dirname(from), path))
  }

  #byDeno(specifier: string, from: string): Targets {
    const mapped = isInstalledAt(from) ? [] : this.#denoConfigs.mapped(specifier, from)
    if (mapped.length === 0) return LOST
    const found = mapped.map(({ address, folder }) =>
      this.#find(address, address.startsWith('.') ? join(folder, 'deno.json') : from),
    )
    return { ...joined(found), addresses: mapped.map(({ address }) => address) }
  }

  #find(specifier: string, from: string): Targets {
    if (specifier.startsWith('file:')) return this.#fileUrl(specifier, from)
    if (/^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..' || isAbsolute(specifier)) {
      return this.#path(specifier, dirname(from), from)
    }
    if (specifier.startsWith('#')) return this.#ownImport(specifier, from)
    if (/^(?:node|bun|cloudflare|data):|^bun$/.test(specifier)) return NOTHING
    if (isBuiltin(specifier)) return this.#builtin(specifier, from)
    const inDeno = /^(?:npm|jsr):\/?(@[^/]+\/[^/@]+|[^/@]+)(?:@[^/]+)?(\/.*)?$/.exec(specifier)
    if (inDeno !== null) return this.#bare(`${inDeno[1]}${inDeno[2] ?? ''}`, from)
    return this.#bare(specifier, from)
  }

  /** A path from a folder, or, as in ES modules, a part of a URL: then with a query, and with letters as `%20`. */
  #path(specifier: string, folder: string, from: string): Targets {
    const bare = specifier.replace(/[?#].*$/, '')
    // Not of the whole path: a folder may be called `C#`.
    const readings = [specifier, bare, decoded(specifier), decoded(bare)]
    // With `allowJs`, tsx prefers TypeScript also where JavaScript names its output.
    if (this.#isTsx) for (const each of [...readings]) readings.push(...sourcesOf(each))
    const found = [...new Set(readings)]
      .map((each) => filesAt(resolve(folder, each), from, this.#observer))
      .filter((files) => files !== undefined)
    // Declarations beside `a.js` seem to be those of `a.js?query`, too: only all readings together say what is there.
    return found.length === 0 ? LOST : { files: [...new Set(found.flat())], packages: [], isLost: false }
  }

  #fileUrl(url: string, from: string): Targets {
    try {
      return this.#path('.', fileURLToPath(url), from)
    } catch {
      // Of another machine, or with escapes that mean nothing.
      return LOST
    }
  }

  /** tsx and bundlers prefer what tsconfig.json names as a built-in module. */
  #builtin(specifier: string, from: string): Targets {
    const byPaths = this.#byTsConfig(specifier, from)
    return byPaths.isLost ? NOTHING : byPaths
  }

  /** `#name`, by the `imports` of the file's own package. */
  #ownImport(specifier: string, from: string): Targets {
    const scope = this.#packages.of(from, false)
    const { targets, choice } = chosenFrom(scope?.imports, specifier)
    const found = targets.map((target) =>
      target.startsWith('.') ? this.#path(target, scope!.root, from) : this.#find(target, from),
    )
    return joined([...found, this.#byTsConfig(specifier, from)], [choice])
  }

  #bare(specifier: string, from: string): Targets {
    const byPaths = this.#byTsConfig(specifier, from)
    const split = splitSpecifier(specifier)
    if (split === undefined) return byPaths
    const { name, subpath } = split
    const own = this.#packages.of(from, false)
    if (own?.name === name && own.exports !== undefined) return joined([byPaths, this.#linked(own, subpath, from)])
    const { package: found, files } = findInstalled(
      specifier,
      name,
      from,
      this.#observer,
      this.#packages,
      this.#nodePath,
    )
    const others = files.length === 0 ? byPaths : joined([byPaths, { files, packages: [], isLost: false }])
    if (found === undefined) return others
    if (isInstalled(found)) return joined([others, { files: [], packages: [found], isLost: false }])
    return joined([others, this.#linked(found, subpath, from)])
  }

  /** What a subpath of a linked package leads to. */
  #linked({ root, exports, mains }: PackageJson, subpath: string, from: string): Targets {
    const inside = (target: string) => this.#path(`./${target}`, root, from)
    if (exports !== undefined && exports !== null) {
      const { targets, choice } = chosenFrom(exports, subpath)
      return joined(targets.map(inside), [choice])
    }
    if (subpath !== '.') return inside(subpath)
    // Node takes the index where `main` is absent or leads nowhere, also beside `module`.
    return joined([...mains.map(inside), this.#path('.', root, from)], [JSON.stringify(mains)])
  }

  #byTsConfig(specifier: string, from: string): Targets {
    if (isInstalledAt(from)) return LOST
    const found = joined(
      this.#tsconfigs.pathsOf(specifier, from).map((path) => this.#path(basename(path), dirname(path), from)),
    )
    if (found.files.length === 0) return found
    // In the output of tsc, other packages may give the names another meaning, as module-alias does.
    const outputs = this.#tsconfigs.outputsOf(from)
    const built = outputs.flatMap((folder) => builtFiles(found.files, folder, this.#observer))
    return { ...found, files: [...new Set([...found.files, ...built])] }
  }
}

/** Whether a package manager put the package where it is. A link leads to source that is edited here. */
export function isInstalled({ root }: Pick<PackageJson, 'root'>): boolean {
  return isInstalledAt(root)
}

function isInstalledAt(path: string): boolean {
  return /[/\\]node_modules[/\\]/.test(path)
}

/** All that was found. Lost if nothing was. */
function joined(found: readonly Targets[], choices: readonly string[] = []): Targets {
  const some = found.filter(({ isLost }) => !isLost)
  if (some.length === 0) return LOST
  return {
    files: [...new Set(some.flatMap(({ files }) => files))],
    packages: [...new Set(some.flatMap(({ packages }) => packages))],
    isLost: false,
    choices: [...choices, ...some.flatMap((one) => one.choices ?? [])],
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
