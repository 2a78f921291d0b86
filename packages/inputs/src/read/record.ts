import { isAbsolute } from 'node:path'
import type { Recorder } from '@persist/core'
import type { Stamp } from '../files/file-system.ts'
import { type Place, pathElsewhere, pathOf, placeOf } from '../files/place.ts'
import { cwdName } from '../kinds/cwd.ts'
import { KINDS } from '../kinds/kinds.ts'
import { presenceDigest, statDigest } from '../kinds/presence.ts'
import { contents, currentTrace, files } from '../tracing.ts'

/** What names a file or folder: its path, its URL, or an object with the path, such as `file(path)`. */
export type PathLike = string | URL | { readonly path: string }

/** The kinds that are recorded by a path. */
type PathKind = 'exists' | 'stat' | 'file' | 'list' | 'tree'

/** Records the working directory if a path is relative: it then means another file in another one. */
export function recordFolder(path: string | URL): void {
  if (typeof path !== 'string' || isAbsolute(path)) return
  const trace = currentTrace()
  if (trace === undefined) return
  const name = cwdName(trace.root)
  trace.add({ kind: 'cwd', name, digest: '-', isUnchanged: () => cwdName(trace.root) === name })
}

/** One path that a traced function reads. */
export class Read {
  readonly path: string
  readonly #trace: Recorder | undefined
  readonly #place: Place | undefined
  readonly #before: Stamp | undefined
  readonly #at: number

  constructor(given: PathLike) {
    const path = typeof given === 'object' && 'path' in given ? given.path : given
    const elsewhere = pathElsewhere(path, files)
    this.path = elsewhere ?? pathOf(path)
    this.#trace = currentTrace()
    this.#at = files.now()
    const trace = this.#trace
    if (trace === undefined) return
    if (elsewhere !== undefined) {
      trace.refuse(elsewhere, 'it is a path such as link/.. or file/, which leads elsewhere without its last part')
      return
    }
    this.#place = placeOf(this.path, trace.root, files)
    if (this.#place === undefined) {
      trace.refuse(
        this.path,
        `it is outside of ${trace.root}: set the option trace: { root } to a folder that contains it`,
      )
      return
    }
    recordFolder(path)
    this.#before = files.stat(this.path)
  }

  /** Returns the read, which ends when it is recorded. */
  until<T>(read: () => Promise<T>): Promise<T> {
    const result = read()
    if (this.#place !== undefined) this.#trace?.during?.(result)
    return result
  }

  /** Whether anything is recorded. */
  get isTraced(): boolean {
    return this.#place !== undefined
  }

  /** The stamp before it was read. */
  get stamp(): Stamp | undefined {
    return this.#place === undefined ? files.stat(this.path) : this.#before
  }

  /** Records a folder by its contents. `globs`: which of them, as a part of the name. */
  sawContents(globs: string, digest: string, isUnchanged: () => boolean): void {
    if (this.#place === undefined) return
    this.#trace?.add({ kind: 'directory', name: this.#place.name + globs, digest, isUnchanged })
  }

  /** Records that it is not there, or is of another kind than the one that was wanted. */
  sawNothing(): void {
    if (this.#before === undefined) this.saw('exists', presenceDigest(undefined))
    else this.saw('stat', statDigest(this.#before))
  }

  /** Records what was seen. A digest of the content has a stamp beside it, if that can be trusted. */
  saw(kind: PathKind, digest: string): void {
    const [trace, place] = [this.#trace, this.#place]
    if (trace === undefined || place === undefined) return
    const hasStamp = kind === 'file' || kind === 'list'
    const detail = hasStamp ? contents.trusted(this.path, digest, this.#before, this.#at) : undefined
    const { name } = place
    const isUnchanged = () => KINDS[kind].isUnchanged(name, digest, detail ?? '-', trace.root)
    trace.add({ kind, name, digest, detail, isUnchanged })
  }

  /**
   * Records a failure, and returns its error. That something is not there, or is no folder, can be verified later, nothing else.
   */
  failed(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException
    if ((code === 'ENOENT' || code === 'ENOTDIR') && this.#before === undefined)
      this.saw('exists', presenceDigest(undefined))
    else if (code === 'ENOTDIR') this.saw('stat', statDigest(this.#before))
    else if (this.#place !== undefined) this.#trace?.refuse(this.#place.name, `it cannot be read (${code})`)
    return error
  }
}
