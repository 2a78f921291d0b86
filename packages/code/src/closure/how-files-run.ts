import { extname, join } from 'node:path'
import type { PackageJson, PackageJsons } from '../resolve/package-json.ts'
import type { Resolver } from '../resolve/resolver.ts'
import type { FileNames } from './names.ts'

/** Files that are ES modules or CommonJS by what their package.json says. */
const BY_PACKAGE = /^\.(?:[jt]sx?)?$/
const TYPESCRIPT = /^\.[cm]?tsx?$/

/** Collects what package.json and tsconfig.json say of how files are run: another `type` is another program. */
export class HowFilesRun {
  readonly #packages: PackageJsons
  readonly #resolver: Resolver
  readonly #names: FileNames
  readonly #types = new Set<string>()
  readonly #ofOwners = new Map<PackageJson, string>()
  readonly #sideEffects = new Set<string>()
  readonly #transforms = new Map<string, string>()

  constructor(packages: PackageJsons, resolver: Resolver, names: FileNames) {
    this.#packages = packages
    this.#resolver = resolver
    this.#names = names
  }

  add(file: string, hasJsx: boolean): void {
    const extension = extname(file)
    const owner = this.#packages.of(file, false)
    if (owner !== undefined) {
      const type = this.#typeOf(owner)
      if (BY_PACKAGE.test(extension)) this.#types.add(type)
    }
    if (!TYPESCRIPT.test(extension) && !hasJsx) return
    const transforms = this.#resolver.transformsOf(file)
    if (transforms !== '') this.#transforms.set(file, transforms)
  }

  #typeOf(owner: PackageJson): string {
    let type = this.#ofOwners.get(owner)
    if (type === undefined) {
      const name = this.#names.of(join(owner.root, 'package.json'))
      this.#sideEffects.add(`${name} sideEffects ${JSON.stringify(owner.sideEffects) ?? ''}`)
      type = `${name} type ${owner.type ?? ''}`
      this.#ofOwners.set(owner, type)
    }
    return type
  }

  /** How Node runs the files of each package. */
  types(): string[] {
    return [...this.#types].sort()
  }

  /** The settings of tsconfig.json for each file that has some. */
  transforms(): ReadonlyMap<string, string> {
    return this.#transforms
  }

  /** The types, and what bundlers and runners of TypeScript obey. */
  lines(): string[] {
    const ofFiles = [...this.#transforms].map(([file, transforms]) => `${this.#names.of(file)} ${transforms}`)
    return [...this.#types, ...this.#sideEffects, ...ofFiles].sort()
  }
}
