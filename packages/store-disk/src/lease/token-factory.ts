import { StoreError } from '@persist/errors'
import { dropTokenQuietly } from '../files/dropped-tokens.ts'
import { CREATE_FLAGS, closeQuietly, errorCode, makeFile } from '../files/file-system.ts'
import { checkOwnFolder, makeOwnFolder } from '../folder/own-folder.ts'
import type { Root } from '../folder/root.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import type { Sweep } from './sweep.ts'
import { folderMark, type TokenKind, tokenName } from './token.ts'

/** What the system says before it makes a file. */
const NOTHING_MADE = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS'])

/** The entry that a token is for. */
export interface Target {
  /** Of the namespace. */
  readonly namespaceId: string
  /** Of the hash. */
  readonly entryId: string
}

/** Makes tokens, and the folders that they need. */
export class TokenFactory {
  readonly #options: ResolvedOptions
  readonly #root: Root
  readonly #sweep: Sweep
  /** The namespaces that are known to have had leases. */
  readonly #leased = new Set<string>()
  /** The folders that are known to be no links, with their marks. */
  readonly #safe = new Map<string, string>()
  /** Whether the folder that has these is known to be no link. */
  #isWorkChecked = false

  constructor(options: ResolvedOptions, root: Root, sweep: Sweep) {
    this.#options = options
    this.#root = root
    this.#sweep = sweep
  }

  /** Makes a token and leaves it open. */
  create(
    { namespaceId, entryId }: Target,
    what: number | Exclude<TokenKind, 'lease'> = 'set',
  ): { path: string; name: string; fd: number } {
    const folder = this.#options.layout.shardOf(entryId)
    this.#root.check()
    this.#sweep.step()
    for (let attempt = 0; ; attempt++) {
      try {
        // Another process may have removed and made the folder again, which a lease of then would not survive.
        if (typeof what === 'number') this.#safe.delete(folder)
        const name = tokenName(`${namespaceId}-${entryId}`, what, this.#checkFolder(folder))
        const path = folder + name
        if (typeof what === 'number' && !this.#leased.has(namespaceId)) this.#noteLeases(namespaceId)
        return { path, name, fd: this.#open(path) }
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || attempt === 3) throw error
        this.#leased.clear()
        this.#safe.clear()
        this.#isWorkChecked = false
        // Most often only this shard is not there yet; else the whole folder has been removed.
        if (!this.#options.fs.existsSync(this.#options.layout.work)) this.#root.forget()
        this.#root.make()
        makeOwnFolder(this.#options, folder)
      }
    }
  }

  /** As {@link create}, and closes it. `undefined`: nothing can be made in this folder, which may be full or read-only. */
  createIfPossible(target: Target, what: 'delete'): string | undefined {
    try {
      const { path, fd } = this.create(target, what)
      closeQuietly(this.#options.fs, fd)
      return path
    } catch (error) {
      if (error instanceof StoreError) throw error
      return undefined
    }
  }

  /** Removes one's own token. What cannot be removed is swept away later. */
  drop(path: string): void {
    dropTokenQuietly(this.#options, path)
  }

  /** Whether there may be leases in a namespace. */
  mayHaveLeases(namespaceId: string): boolean {
    if (this.#leased.has(namespaceId)) return true
    if (!this.#options.fs.existsSync(this.#options.layout.leasesMarker(namespaceId))) return false
    this.#leased.add(namespaceId)
    return true
  }

  /** On a network share the answer may get lost although the file was made: nothing else would remove it, and it looks alive. */
  #open(path: string): number {
    try {
      return this.#options.fs.openSync(path, CREATE_FLAGS, 0o666)
    } catch (error) {
      if (!NOTHING_MADE.has(errorCode(error) ?? '')) this.drop(path)
      throw error
    }
  }

  /** A link in the place of a folder would lead out of the store's folder. Returns the mark of a folder that is there. */
  #checkFolder(folder: string): string | undefined {
    const known = this.#safe.get(folder)
    if (known !== undefined) return known
    if (!this.#isWorkChecked) checkOwnFolder(this.#options.fs, this.#options.layout.work)
    this.#isWorkChecked = true
    const stat = checkOwnFolder(this.#options.fs, folder)
    if (stat === undefined) return undefined
    const mark = folderMark(stat)
    this.#safe.set(folder, mark)
    return mark
  }

  #noteLeases(namespaceId: string): void {
    const { fs, layout } = this.#options
    try {
      makeFile(fs, layout.leasesMarker(namespaceId), () => {})
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    this.#leased.add(namespaceId)
  }
}
