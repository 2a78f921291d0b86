import { dirname, relative } from 'node:path'
import type { PackageJsons } from '../resolve/package-json.ts'

/**
 * Names files the same way in every checkout: `./src/a.ts` in the package of the program, `@app/b/src/c.ts` in another one,
 * and a path from the folder of the program where there is no package.
 */
export class FileNames {
  readonly #packages: PackageJsons
  readonly #home: string
  readonly #isPackage: boolean

  /** @param root the file that everything begins with. */
  constructor(root: string, packages: PackageJsons) {
    this.#packages = packages
    const own = packages.of(root, true)
    this.#home = own?.root ?? dirname(root)
    this.#isPackage = own !== undefined
  }

  of(file: string): string {
    const owner = this.#packages.of(file, true)
    const isOwn = owner === undefined ? !this.#isPackage : owner.root === this.#home
    if (owner !== undefined && !isOwn) return `${owner.name}/${slashed(relative(owner.root, file))}`
    const path = slashed(relative(this.#home, file))
    return path.startsWith('../') ? path : `./${path}`
  }
}

export function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}
