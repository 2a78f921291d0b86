import { join } from 'node:path'
import { foldersUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import type { PackageJson, PackageJsons } from '../resolve/package-json.ts'
import { pnpmLockAt } from '../resolve/pnpm-lock.ts'
import { slashed } from './names.ts'

/** pnpm puts the digest of a patch, and where a copy is from, into the name of a folder, unless that is too long. */
const PATCHED = /\/\.pnpm\/[^/]*patch_hash=/
const COPIED = /\/\.pnpm\/[^/]*@file\+/

/**
 * Knows which packages a program patches, or copies from a path of this machine: another content of them needs no other version.
 * The root of a workspace may say so, and the package may be far from it, in a store.
 */
export class AlteredPackages {
  readonly #observer: Observer
  readonly #packages: PackageJsons
  readonly #names = new Set<string>()
  readonly #patches = new Map<string, string>()

  /** @param files the files of the program. */
  constructor(files: Iterable<string>, observer: Observer, packages: PackageJsons) {
    this.#observer = observer
    this.#packages = packages
    const roots = [...files].flatMap((file) => packages.of(file, false)?.root ?? [])
    const folders = new Set([...new Set(roots)].flatMap((root) => [...foldersUp(root)]))
    for (const folder of folders) this.#add(folder)
  }

  /** The digests of what pnpm patches a package by. `''`: it does not. */
  patchesOf({ name }: PackageJson): string {
    return this.#patches.get(name ?? '') ?? ''
  }

  /** Whether only the content of a package says what it is. */
  has(one: PackageJson): boolean {
    const path = slashed(one.root)
    const [first, ...rest] = path.split('/node_modules/')
    const names = [one.name, rest.at(-1)].filter((name) => name !== undefined)
    if (COPIED.test(path) || names.some((name) => this.#names.has(name))) return true
    if (PATCHED.test(path)) return this.patchesOf(one) === ''
    // The folders of a store say nothing.
    if (rest.some((part) => part.startsWith('.'))) return false
    let folder = first!
    for (const [index, part] of rest.entries()) {
      const ofPatchPackage = `${rest
        .slice(index)
        .map((each) => each.replace('/', '+'))
        .join('++')}+`
      if (this.#packages.at(folder)?.altered.includes(rest.at(-1)!)) return true
      if (this.#observer.list(join(folder, 'patches')).some((name) => name.startsWith(ofPatchPackage))) return true
      folder += `/node_modules/${part}`
    }
    return false
  }

  #add(folder: string): void {
    const found = this.#packages.at(folder)
    if (found === undefined) return
    const { copied, patches } = pnpmLockAt(folder, this.#observer)
    for (const name of [...found.altered, ...copied]) this.#names.add(name)
    for (const [name, digest] of patches) this.#patches.set(name, `${this.#patches.get(name) ?? ''} patched ${digest}`)
  }
}
