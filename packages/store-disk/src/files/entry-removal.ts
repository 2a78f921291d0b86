import { basename } from 'node:path'
import { ENTRY_SUFFIX, hashMark } from '../folder/layout.ts'
import { isOwnFolder } from '../folder/own-folder.ts'
import { readToken, tokenName } from '../lease/token.ts'
import type { Plan } from '../plan.ts'
import { errorCode } from './file-system.ts'
import { type FileMark, isSameFile, moveOut, putBack, unlinkIfThere } from './removal.ts'

/** Stands for all entries of a namespace, in the name of a token; no entry's own mark looks like it. */
export const ALL_ENTRIES = '~all'

/**
 * Takes entries out of a namespace unless they have changed since they were looked at. A rename takes the file aside, under
 * the name of a token, where it is compared; one that has changed goes back. A process that deletes the entry at this moment has
 * a token as well, made before it looks for what is aside: so either we see that token and put nothing back, or it sees
 * what is aside and takes it away.
 */
export class EntryRemoval {
  readonly #plan: Plan
  readonly #tag: string

  constructor(plan: Plan, tag: string) {
    this.#plan = plan
    this.#tag = tag
  }

  /** Removes an entry's file, unless another one has taken its place. `false`: nothing was removed. */
  removeUnchanged(path: string, seen: FileMark): boolean {
    const aside = this.takeAside(path)
    if (aside === undefined) return false
    const moved = this.#plan.fs.lstatSync(aside, { throwIfNoEntry: false })
    if (moved === undefined || isSameFile(moved, seen)) {
      unlinkIfThere(this.#plan, aside)
      return true
    }
    this.putBack(aside, path)
    return false
  }

  /** Moves an entry's file aside. `undefined`: it is not there any more. */
  takeAside(path: string): string | undefined {
    const mark = markOf(path)
    return moveOut(this.#plan, path, this.#plan.layout.shardOf(mark), tokenName(`${this.#tag}-${mark}`, 'aside'))
  }

  /** Puts it back, unless there is a newer one, or the entry is being deleted. */
  putBack(aside: string, path: string): void {
    const { layout } = this.#plan
    const mark = markOf(path)
    if (this.#isDeleted(layout.shardOf(mark), mark) || this.#isDeleted(layout.scratch, ALL_ENTRIES)) {
      unlinkIfThere(this.#plan, aside)
    } else putBack(this.#plan, aside, path)
  }

  #isDeleted(shard: string, mark: string): boolean {
    const target = `${this.#tag}-${mark}`
    return this.#names(shard).some((name) => {
      const token = name.startsWith(target) ? readToken(name) : undefined
      return token?.target === target && token.kind === 'delete'
    })
  }

  #names(shard: string): string[] {
    try {
      return isOwnFolder(this.#plan.fs, shard) ? this.#plan.fs.readdirSync(shard) : []
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }
}

function markOf(path: string): string {
  return hashMark(basename(path, ENTRY_SUFFIX))
}
