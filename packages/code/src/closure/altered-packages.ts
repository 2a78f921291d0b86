import { join } from 'node:path'
import { foldersUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import type { PackageJson, PackageJsons } from '../resolve/package-json.ts'
import { alteredInLock } from '../resolve/pnpm-lock.ts'
import { slashed } from './names.ts'

/** pnpm puts the digest of a patch, and where a copy is from, into the name of a folder, unless that is too long. */
const ALTERED_BY_PNPM = /\/\.pnpm\/[^/]*(?:patch_hash=|@file\+)/

/**
 * Knows which packages a program patches, or copies from a path of this machine: another content of them needs no other version.
 * The root of a workspace may say so, and the package may be far from it, in a store.
 */
export class AlteredPackages {
  readonly #observer: Observer
  readonly #packages: PackageJsons
  readonly #names: ReadonlySet<string>

  /** @param files the files of the program. */
  constructor(files: Iterable<string>, observer: Observer, packages: PackageJsons) {
    this.#observer = observer
    this.#packages = packages
    const roots = [...files].flatMap((file) => packages.of(file, false)?.root ?? [])
    const folders = new Set([...new Set(roots)].flatMap((root) => [...foldersUp(root)]))
    this.#names = new Set([...folders].flatMap((folder) => this.#alteredAt(folder)))
  }

  has({ name, root }: PackageJson): boolean {
    const path = slashed(root)
    const [first, ...rest] = path.split('/node_modules/')
    const names = [name, rest.at(-1)].filter((one) => one !== undefined)
    if (ALTERED_BY_PNPM.test(path) || names.some((one) => this.#names.has(one))) return true
    // The folders of a store say nothing.
    if (rest.some((one) => one.startsWith('.'))) return false
    let folder = first!
    for (const [index, part] of rest.entries()) {
      const ofPatchPackage = `${rest
        .slice(index)
        .map((one) => one.replace('/', '+'))
        .join('++')}+`
      if (this.#packages.at(folder)?.altered.includes(rest.at(-1)!)) return true
      if (this.#observer.list(join(folder, 'patches')).some((one) => one.startsWith(ofPatchPackage))) return true
      folder += `/node_modules/${part}`
    }
    return false
  }

  #alteredAt(folder: string): readonly string[] {
    const found = this.#packages.at(folder)
    return found === undefined ? [] : [...found.altered, ...alteredInLock(folder, this.#observer)]
  }
}
