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
  /** Those of the packages of the program, and of what they are in. */
  readonly #folders: string[] = []
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
    // A copy has its bundled packages inside of it.
    const names = [one.name, ...rest].filter((name) => name !== undefined)
    if (PATCHED.test(path) && this.patchesOf(one) === '') return true
    if (COPIED.test(path) || names.some((name) => this.#names.has(name))) return true
    // The folders of a store say nothing.
    const parts = rest.some((part) => part.startsWith('.')) ? rest.slice(-1) : rest
    let folder = first!
    for (const [index, part] of parts.entries()) {
      if (this.#packages.at(folder)?.altered.includes(rest.at(-1)!)) return true
      if (this.#hasPatch(folder, parts.slice(index))) return true
      folder += `/node_modules/${part}`
    }
    // The folder of a store may be above that of the program, which has the link.
    return this.#folders.some((each) => this.#hasPatch(each, parts.slice(-1)))
  }

  /** Whether patch-package finds a patch in a folder: `@a+b++c+1.0.0.patch` is for the package `c` in `@a/b`. */
  #hasPatch(folder: string, parts: readonly string[]): boolean {
    const start = `${parts.map((part) => part.replace('/', '+')).join('++')}+`
    return this.#observer.list(`${folder}/patches`).some((name) => name.startsWith(start))
  }

  /** Reads the lock file of the store that a package is in: Rush has it in a folder beside the program. */
  #look(path: string): void {
    const folder = STORE.exec(path)?.[1]
    if (folder !== undefined) this.#addLock(folder)
  }

  #add(folder: string): void {
    const found = this.#packages.at(folder)
    if (found === undefined) return
    this.#folders.push(folder)
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
