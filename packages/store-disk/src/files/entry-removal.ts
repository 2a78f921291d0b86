import { basename } from 'node:path'
import { entryIdIn } from '../folder/entry-name.ts'
import { isOwnFolder, makeOwnFolder } from '../folder/own-folder.ts'
import { readToken, scratchName, tokenName } from '../lease/token.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { dropTokenQuietly } from './dropped-tokens.ts'
import { errorCode, makeFile } from './file-system.ts'
import { type FileMark, isAlike, isSameFile, linkBack, moveOut, unlinkQuietly } from './removal.ts'

/** Stands for all entries of a namespace, in the name of a token; no entry's own mark looks like it. */
export const ALL_ENTRIES = '~all'

/**
 * Takes entries out of a namespace unless they have changed since they were looked at. A rename takes the file aside, under
 * the name of a token, where it is compared; one that has changed goes back. A process that deletes the entry at this moment has
 * a token as well, made before it looks for what is aside: so either we see that token and put nothing back, or it sees
 * what is aside and takes it away.
 */
export class EntryRemoval {
  readonly #options: ResolvedOptions
  readonly #namespaceId: string
  #renumbers: boolean | undefined

  constructor(options: ResolvedOptions, namespaceId: string) {
    this.#options = options
    this.#namespaceId = namespaceId
  }

  /** Removes an entry's file, unless another one has taken its place. `false`: nothing was removed. */
  removeUnchanged(path: string, seen: FileMark): boolean {
    const aside = this.takeAside(path)
    if (aside === undefined) return false
    let isUnchanged = false
    try {
      const moved = this.#options.fs.lstatSync(aside, { throwIfNoEntry: false })
      isUnchanged = moved === undefined || this.#isSame(moved, seen)
    } finally {
      if (isUnchanged) dropTokenQuietly(this.#options, aside)
      else this.putBack(aside, path)
    }
    return isUnchanged
  }

  /** Moves an entry's file aside. `undefined`: it is not there any more. */
  takeAside(path: string): string | undefined {
    const entryId = entryIdAt(path)
    return moveOut(
      this.#options,
      path,
      this.#options.layout.shardOf(entryId),
      tokenName(`${this.#namespaceId}-${entryId}`, 'aside'),
    )
  }

  /** Puts it back, unless there is a newer one, or the entry is being deleted. */
  putBack(aside: string, path: string): void {
    const { layout } = this.#options
    const entryId = entryIdAt(path)
    try {
      const isDeleted =
        this.#isDeleted(layout.shardOf(entryId), entryId) || this.#isDeleted(layout.scratch, ALL_ENTRIES)
      if (!isDeleted) linkBack(this.#options, aside, path)
    } finally {
      dropTokenQuietly(this.#options, aside)
    }
  }

  #isSame(moved: FileMark, seen: FileMark): boolean {
    if (!isAlike(moved, seen)) return false
    if (isSameFile(moved, seen)) return true
    this.#renumbers ??= this.#givesOtherNumbers()
    return this.#renumbers
  }

  /** Whether a file has another number under another name, as on some file systems over a network. */
  #givesOtherNumbers(): boolean {
    const { fs, layout } = this.#options
    const [from, to] = [layout.scratch + scratchName(), layout.scratch + scratchName()]
    try {
      makeOwnFolder(this.#options, layout.scratch)
      makeFile(fs, from, () => {})
      const before = fs.lstatSync(from)
      fs.renameSync(from, to)
      return !isSameFile({ ...before, mtimeMs: 0 }, { ...fs.lstatSync(to), mtimeMs: 0 })
    } catch {
      return false
    } finally {
      for (const path of [from, to]) unlinkQuietly(this.#options, path)
    }
  }

  #isDeleted(shard: string, entryId: string): boolean {
    const target = `${this.#namespaceId}-${entryId}`
    return this.#names(shard).some((name) => {
      const token = name.startsWith(target) ? readToken(name) : undefined
      return token?.target === target && token.kind === 'delete'
    })
  }

  #names(shard: string): string[] {
    try {
      return isOwnFolder(this.#options.fs, shard) ? this.#options.fs.readdirSync(shard) : []
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }
}

function entryIdAt(path: string): string {
  return entryIdIn(basename(path))
}
