import nodeModule from 'node:module'
import { basename, dirname, join } from 'node:path'
import { foldersUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import { EXTENSIONS, filesAt } from './candidates.ts'
import type { PackageJson, PackageJsons } from './package-json.ts'

/** The package and the rest of a specifier: `@a/b/c.js` is `@a/b` and `./c.js`. `undefined` if it can be no package. */
export function splitSpecifier(specifier: string): { readonly name: string; readonly subpath: string } | undefined {
  const [, name, rest = ''] = /^(@[^/]+\/[^/]+|[^@./#][^/]*)(\/.*)?$/.exec(specifier) ?? []
  if (name === undefined || /[:\\]/.test(name)) return undefined
  return { name, subpath: rest === '' || rest === '/' ? '.' : `.${rest}` }
}

/** What the folders `node_modules` have for a specifier. */
export interface Installed {
  readonly package: PackageJson | undefined
  /** Files without a package.json around them, such as `node_modules/a.js`: `require` finds them, and loads them first. */
  readonly files: readonly string[]
}

/** Finds a package as Node does, in the folders `node_modules` from a file up; as Yarn's loader does where that is in use. */
export function findPackage(
  name: string,
  from: string,
  observer: Observer,
  packages: PackageJsons,
): PackageJson | undefined {
  return findInstalled(name, name, from, observer, packages).package
}

/**
 * Finds the package of a specifier, as {@link findPackage} does, and files that need none.
 *
 * @param further The folders in which it is looked for at last.
 */
export function findInstalled(
  specifier: string,
  name: string,
  from: string,
  observer: Observer,
  packages: PackageJsons,
  further: readonly string[] = [],
): Installed {
  let files: readonly string[] = []
  for (const modules of [...foldersOfModules(from), ...further]) {
    // One look for all packages that are not there.
    if (!observer.isDirectory(modules)) continue
    const place = join(modules, name)
    // A link that leads to another folder of the same files: the packages around it differ.
    const found = observer.lstat(place) === undefined ? undefined : packages.at(place)
    if (files.length === 0 && (found === undefined || specifier === name)) {
      files = filesWithoutPackage(join(modules, specifier), from, found !== undefined, observer)
    }
    if (found !== undefined) return { package: found, files }
  }
  return { package: files.length > 0 ? undefined : findByLoader(name, from, observer, packages), files }
}

function foldersOfModules(from: string): readonly string[] {
  const folders = [...foldersUp(dirname(from))].filter((folder) => basename(folder) !== 'node_modules')
  return folders.map((folder) => join(folder, 'node_modules'))
}

/** The files at a path in `node_modules`; only those beside it, as `a.js` is beside `a`, if a package has the path. */
function filesWithoutPackage(path: string, from: string, isPackage: boolean, observer: Observer): readonly string[] {
  // One look for all files beside each other.
  const [folder, name] = [dirname(path), basename(path)]
  const beside = EXTENSIONS.filter((one) => observer.mayHave(folder, name + one)).map((one) => path + one)
  if (isPackage) return beside.filter((one) => observer.isFile(one))
  return beside.length > 0 || observer.mayHave(folder, name) ? (filesAt(path, from, observer) ?? []) : []
}

/** Yarn's Plug'n'Play and Deno's cache have no `node_modules`: asks the loader of the running program. */
function findByLoader(name: string, from: string, observer: Observer, packages: PackageJsons) {
  const isDeno = 'Deno' in globalThis
  const isPnp = process.versions.pnp !== undefined
  if (!isDeno && !isPnp) return undefined
  // Deno's loader says nothing of where it looked, such as in a lock file.
  if (isDeno) observer.keepForThisSearch()
  if (isPnp) {
    for (const folder of foldersUp(dirname(from))) {
      for (const file of ['.pnp.cjs', '.pnp.data.json']) observer.stat(join(folder, file))
    }
  }
  const { resolve } = nodeModule.createRequire(from)
  for (const request of [`${name}/package.json`, name]) {
    try {
      const scope = packages.of(resolve(request), true)
      if (scope?.name === undefined) continue
      if (isDeno) observer.distrust(scope.root)
      return scope
    } catch {
      // It exports no package.json, or no main file.
    }
  }
  return undefined
}
