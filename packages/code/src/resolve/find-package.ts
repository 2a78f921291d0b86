import nodeModule from 'node:module'
import { basename, dirname, join } from 'node:path'
import { foldersUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import type { PackageJson, PackageJsons } from './package-json.ts'

/** The package and the rest of a specifier: `@a/b/c.js` is `@a/b` and `./c.js`. `undefined` if it can be no package. */
export function splitSpecifier(specifier: string): { readonly name: string; readonly subpath: string } | undefined {
  const [, name, rest = ''] = /^(@[^/]+\/[^/]+|[^@./#][^/]*)(\/.*)?$/.exec(specifier) ?? []
  if (name === undefined || /[:\\]/.test(name)) return undefined
  return { name, subpath: rest === '' || rest === '/' ? '.' : `.${rest}` }
}

/** Finds a package as Node does, in the folders `node_modules` from a file up; as Yarn's loader does where that is in use. */
export function findPackage(
  name: string,
  from: string,
  observer: Observer,
  packages: PackageJsons,
): PackageJson | undefined {
  for (const folder of foldersUp(dirname(from))) {
    if (basename(folder) === 'node_modules') continue
    const modules = join(folder, 'node_modules')
    // One look for all packages that are not there.
    if (!observer.isDirectory(modules)) continue
    const place = join(modules, name)
    // A link that leads to another folder of the same files: the packages around it differ.
    if (observer.lstat(place) === undefined) continue
    const found = packages.at(place)
    if (found !== undefined) return found
  }
  return findByLoader(name, from, observer, packages)
}

/** Yarn's Plug'n'Play and Deno's cache have no `node_modules`: asks the loader of the running program. */
function findByLoader(name: string, from: string, observer: Observer, packages: PackageJsons) {
  const isDeno = 'Deno' in globalThis
  const isPnp = process.versions.pnp !== undefined
  if (!isDeno && !isPnp) return undefined
  if (isPnp) {
    for (const folder of foldersUp(dirname(from))) {
      for (const file of ['.pnp.cjs', '.pnp.data.json']) observer.stat(join(folder, file))
    }
  }
  const { resolve } = nodeModule.createRequire(from)
  for (const request of [`${name}/package.json`, name]) {
    try {
      const scope = packages.of(resolve(request), true)
      if (scope?.name !== undefined) return scope
    } catch {
      // It exports no package.json, or no main file.
    }
  }
  return undefined
}
