import { sep } from 'node:path'
import { errorCode } from '../files/file-system.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { digestName, existingName } from './folder-name.ts'
import { notFolder } from './own-folder.ts'
import type { Root } from './root.ts'

/** Where a namespace's entries are: found once, made on the first write, found again when it has gone. */
export class NamespaceFolder {
  readonly #options: ResolvedOptions
  readonly #root: Root
  readonly #namespace: string
  /** With a separator at its end; `undefined`: not known to exist. */
  path: string | undefined

  constructor(options: ResolvedOptions, root: Root, namespace: string) {
    this.#options = options
    this.#root = root
    this.#namespace = namespace
  }

  /** The folder's path with a separator at its end, if it exists. */
  find(): string | undefined {
    if (this.path !== undefined) return this.path
    if (!this.#root.check()) return undefined
    const name = existingName(this.#namespace, this.#names())
    if (name !== undefined) this.#settle(this.#options.layout.root + name)
    return this.path
  }

  /** As {@link find}; makes it if need be. */
  make(): string {
    const found = this.find()
    if (found !== undefined) return found
    this.#root.make()
    // On a file system that folds case another name may have come between: then its folder is there, and ours is not.
    this.#create(existingName(this.#namespace, this.#names()) ?? this.#namespace)
    const name = existingName(this.#namespace, this.#names()) ?? digestName(this.#namespace)
    this.#create(name)
    this.#settle(this.#options.layout.root + name)
    if (this.path === undefined) throw notFolder(this.#options.layout.root + name)
    return this.path
  }

  /** After a failed call: throws if not this folder alone, but the store's as a whole, cannot be used any more. */
  recheck(): void {
    this.#root.recheck()
  }

  /** Look again before the next use: it is not there any more. */
  forget(): void {
    this.path = undefined
    this.#root.forget()
  }

  #names(): string[] {
    try {
      return this.#options.fs.readdirSync(this.#options.dir)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }

  #create(name: string): void {
    try {
      this.#options.fs.mkdirSync(this.#options.layout.root + name)
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }

  #settle(path: string): void {
    const stat = this.#options.fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return
    // A link would lead out of the store's folder.
    if (!stat.isDirectory()) throw notFolder(path)
    this.path = path + sep
  }
}
