import { dirname, relative } from 'node:path'
import type { PackageJson, PackageJsons } from '../resolve/package-json.ts'

/**
 * The part that is another one at each load, in the name of the file to which a tool writes its configuration, bundled with
 * the plugins that it imports: Vite (`vite.config.mjs.timestamp-…`), Rollup (`rollup.config-…`), and bundle-require, as in tsup
 * (`tsup.config.bundled_…`).
 */
const LOAD =
  /\.timestamp-\d{13}-[\da-f]+(?=\.[cm]?js$)|-\d{13}(?<=[/\\]rollup\.config-\d{13})(?=\.[cm]?js$)|\.bundled_[a-z\d]{8,13}(?=\.[cm]?js$)/

/**
 * Names files the same way in every checkout: `./src/a.ts` in the package of the program, `@app/b/src/c.ts` in another one,
 * and a path from the folder of the program where there is no package.
 */
export class FileNames {
  readonly #packages: PackageJsons
  readonly #home: string
  readonly #isPackage: boolean
  /** The root of the first package of each name. */
  readonly #roots = new Map<string, string>()
  readonly #known = new Map<string, string>()

  /** @param root the file that everything begins with. */
  constructor(root: string, packages: PackageJsons) {
    this.#packages = packages
    const own = packages.of(root, true)
    this.#home = own?.root ?? dirname(root)
    this.#isPackage = own !== undefined
  }

  of(file: string): string {
    let name = this.#known.get(file)
    if (name === undefined) {
      name = this.#find(withoutLoad(file))
      this.#known.set(file, name)
    }
    return name
  }

  /** The folder of the package of the program. It is enough to name its own files. */
  get home(): string {
    return this.#home
  }

  /** Whether a file belongs to the package of the program. */
  isOwn(file: string): boolean {
    return this.#isOwn(this.#packages.of(file, true))
  }

  #isOwn(owner: PackageJson | undefined): boolean {
    return owner === undefined ? !this.#isPackage : owner.root === this.#home
  }

  #find(file: string): string {
    const owner = this.#packages.of(file, true)
    if (owner !== undefined && !this.#isOwn(owner)) {
      const [name, path] = [owner.name!, slashed(relative(owner.root, file))]
      const first = this.#roots.get(name)
      if (first === undefined) this.#roots.set(name, owner.root)
      const isOther = first !== undefined && first !== owner.root
      return isOther ? `${name} at ${slashed(relative(this.#home, owner.root))}/${path}` : `${name}/${path}`
    }
    const path = slashed(relative(this.#home, file))
    return path.startsWith('../') ? path : `./${path}`
  }
}

export function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}

/** Whether a path is that of such a file. */
export function isLoad(path: string): boolean {
  return LOAD.test(path)
}

/** The path of a module; without the part {@link LOAD} in its name. */
export function withoutLoad(path: string): string {
  return path.replace(LOAD, '')
}
