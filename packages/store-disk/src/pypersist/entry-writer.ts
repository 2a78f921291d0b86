import type { Entry } from '@persist/store'
import { CREATE_FLAGS, errorCode, writeFully } from '../files/file-system.ts'
import { unlinkIfThere, unlinkQuietly } from '../files/removal.ts'
import { syncFolder } from '../files/sync-folder.ts'
import type { NamespaceFolder } from '../folder/namespace-folder.ts'
import { makeOwnFolder } from '../folder/own-folder.ts'
import type { Root } from '../folder/root.ts'
import { encodeEntry } from '../format/entry-codec.ts'
import { refuseLargeEntry } from '../format/largest-entry.ts'
import type { Sweep } from '../lease/sweep.ts'
import { scratchName } from '../lease/token.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import type { Locks } from './lock.ts'
import { type Paths, pathsOf } from './paths.ts'

const ATTEMPTS = 4

/** Files that are written, and not in their places yet. */
type Prepared = Readonly<Record<'out' | 'head' | 'key' | 'meta', string | undefined>>

/** Puts entries in place: written aside, then renamed one after the other while the lock is held. */
export class EntryWriter {
  readonly #options: ResolvedOptions
  readonly #root: Root
  readonly #folder: NamespaceFolder
  readonly #locks: Locks
  readonly #namespace: string
  readonly #sweep: Sweep

  constructor(
    options: ResolvedOptions,
    root: Root,
    folder: NamespaceFolder,
    locks: Locks,
    sweep: Sweep,
    namespace: string,
  ) {
    this.#options = options
    this.#root = root
    this.#folder = folder
    this.#locks = locks
    this.#namespace = namespace
    this.#sweep = sweep
  }

  /** @param giveUp see {@link Locks.wait}. */
  set(entry: Entry, giveUp: (paths: Paths) => void): void {
    this.#sweep.step()
    const prepared = this.#prepare(entry)
    try {
      for (let attempt = 1; ; attempt++) {
        const paths = pathsOf(this.#folder.make(), entry.hash)
        try {
          this.#locks.hold(
            paths.lock,
            () => giveUp(paths),
            () => this.#commit(prepared, paths),
          )
          return
        } catch (error) {
          // The folder has gone meanwhile.
          if (errorCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error
          this.#folder.forget()
        }
      }
    } finally {
      for (const path of Object.values(prepared)) if (path !== undefined) unlinkQuietly(this.#options, path)
    }
  }

  #prepare(entry: Entry): Prepared {
    const { key, metadata } = entry
    const { line, content, size } = encodeEntry(entry, this.#namespace, this.#options.integrity)
    refuseLargeEntry({ store: this.#options.dir, namespace: this.#namespace, hash: entry.hash }, entry, size)
    const made: string[] = []
    try {
      const write = (bytes: Uint8Array) => {
        const path = this.#write(bytes)
        made.push(path)
        return path
      }
      const out = write(typeof content === 'string' ? Buffer.from(content) : content)
      const head = write(Buffer.from(line))
      const { atimeMs, mtimeMs } = this.#options.fs.lstatSync(out)
      this.#options.fs.lutimesSync(head, atimeMs / 1000, mtimeMs / 1000)
      return {
        out,
        head,
        key: key === undefined ? undefined : write(Buffer.from(key)),
        meta: metadata === undefined ? undefined : write(Buffer.from(metadata)),
      }
    } catch (error) {
      for (const path of made) unlinkQuietly(this.#options, path)
      throw error
    }
  }

  #write(bytes: Uint8Array): string {
    const { fs, durable, layout } = this.#options
    const path = layout.scratch + scratchName()
    let fd: number
    try {
      fd = fs.openSync(path, CREATE_FLAGS, 0o666)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      this.#root.forget()
      this.#root.make()
      makeOwnFolder(this.#options, layout.scratch)
      fd = fs.openSync(path, CREATE_FLAGS, 0o666)
    }
    try {
      writeFully(fs, fd, bytes)
      if (durable) fs.fsyncSync(fd)
    } catch (error) {
      unlinkQuietly(this.#options, path)
      throw error
    } finally {
      fs.closeSync(fd)
    }
    return path
  }

  /** The result comes last: where it is, the rest is there too. */
  #commit(prepared: Prepared, paths: Paths): void {
    const { fs } = this.#options
    for (const part of ['head', 'key', 'meta', 'out'] as const) {
      if (prepared[part] === undefined) unlinkIfThere(this.#options, paths[part])
      else fs.renameSync(prepared[part], paths[part])
    }
    syncFolder(this.#options, this.#folder.path!)
  }
}
