import { foldersUp } from '../files/find-up.ts'
import type { Observer } from '../files/observer.ts'
import type { PackageJson, PackageJsons } from '../resolve/package-json.ts'
import { pnpmLockAt } from '../resolve/pnpm-lock.ts'
import { slashed } from './names.ts'

/** pnpm puts the digest of a patch, and where a copy is from, into the name of a folder, unless that is too long. */
const PATCHED = /\/\.pnpm\/[^/]*patch_hash=/
const STORE = /^(.*?)\/node_modules\/\.pnpm\//
/** `card@file+card`; before version 9, `file+card`. */
const COPIED = /\/\.pnpm\/(?:[^/]*@)?file\+/

/**
 * Knows which packages a program patches, or copies from a path of this machine: another content of them needs no other version.
 * The root of a workspace may say so, and the package may be far from it, in a store.
 */
export class AlteredPackages {
  readonly #observer: Observer
  readonly #packages: PackageJsons
  readonly #names = new Set<string>()
  readonly #patches = new Map<string, ReadonlySet<string>>()
  readonly #locked = new Set<string>()

  /** @param files the files of the program. */
  constructor(files: Iterable<string>, observer: Observer, packages: PackageJsons) {
    this.#observer = observer
    this.#packages = packages
    const roots = [...files].flatMap((file) => packages.of(file, false)?.root ?? [])
    const folders = new Set([...new Set(roots)].flatMap((root) => [...foldersUp(root)]))
    for (const folder of folders) this.#add(folder)
  }

  /** The digests of what pnpm patches a package by. `''`: it does not. */
  patchesOf({ name, root }: PackageJson): string {
    this.#look(slashed(root))
    const digests = [...(this.#patches.get(name ?? '') ?? [])].sort()
    return digests.map((digest) => ` patched ${digest}`).join('')
  }

  /** Whether only the content of a package says what it is. */
  has(one: PackageJson): boolean {
    const path = slashed(one.root)
    this.#look(path)
    const [first, ...rest] = path.split('/node_modules/')
    const names = [one.name, rest.at(-1)].filter((name) => name !== undefined)
    if (PATCHED.test(path) && this.patchesOf(one) === '') return true
    if (COPIED.test(path) || names.some((name) => this.#names.has(name))) return true
    // The folders of a store say nothing.
    const parts = rest.some((part) => part.startsWith('.')) ? rest.slice(-1) : rest
    let folder = first!
    for (const [index, part] of parts.entries()) {
      const ofPatchPackage = `${parts
        .slice(index)
        .map((each) => each.replace('/', '+'))
        .join('++')}+`
      if (this.#packages.at(folder)?.altered.includes(rest.at(-1)!)) return true
      if (this.#observer.list(`${folder}/patches`).some((name) => name.startsWith(ofPatchPackage))) return true
      folder += `/node_modules/${part}`
    }
    return false
  }

  /** Reads the lock file of the store that a package is in: Rush has it in a folder beside the program. */
  #look(path: string): void {
    const folder = STORE.exec(path)?.[1]
    if (folder !== undefined) this.#addLock(folder)
  }

  #add(folder: string): void {
    const found = this.#packages.at(folder)
    if (found === undefined) return
    for (const name of found.altered) this.#names.add(name)
    this.#addLock(folder)
  }

  #addLock(folder: string): void {
    if (this.#locked.has(folder)) return
    this.#locked.add(folder)
    const { copied, patches } = pnpmLockAt(folder, this.#observer)
    for (const name of copied) this.#names.add(name)
    for (const [name, digest] of patches) this.#patches.set(name, new Set([...(this.#patches.get(name) ?? []), digest]))
  }
}
