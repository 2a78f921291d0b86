import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { InputKind, Tracing } from '@persist/core'
import { sha256 } from '@persist/hash'
import type { Entry } from '@persist/store'
import type { Input } from '@persist/store/kit'
import type { InputState } from './made-from.ts'
import { isExpired } from './summary.ts'

/** Core and `@persist/inputs` meet there. */
const TRACING = Symbol.for('@persist/core/tracing@1')

/**
 * The kinds that need no program. What a program observes is read by its own code, and the working directory is that of the
 * program.
 */
const VERIFIABLE = ['file', 'list', 'tree', 'directory', 'exists', 'stat', 'env']

/** 132 bits, in base64url: how core writes the digest of a result. */
const CHARACTERS = 22

/** Verifies inputs by what this process sees: files below a root, and its environment variables. */
export class InputStates {
  /** The folder to which paths are relative. */
  readonly root: string
  readonly #kinds: ReadonlyMap<string, InputKind>
  readonly #now: number

  private constructor(root: string, kinds: ReadonlyMap<string, InputKind>, now: number) {
    this.root = root
    this.#kinds = kinds
    this.#now = now
  }

  /** @param root Default: as for a program in this working directory, the nearest folder with a package.json. */
  static async at(root: string | undefined, now: number): Promise<InputStates> {
    await import('@persist/inputs')
    const { kinds } = (globalThis as { [TRACING]?: Tracing })[TRACING]!
    return new InputStates(root === undefined ? defaultRoot() : resolve(root), kinds, now)
  }

  /** The state of an input that is no call. */
  of({ kind, name, digest, detail }: Input): InputState {
    const reader = VERIFIABLE.includes(kind) ? this.#kinds.get(kind) : undefined
    if (reader === undefined) return 'unknown'
    try {
      return reader.isUnchanged(name, digest, detail, this.root) === true ? 'unchanged' : 'changed'
    } catch {
      return 'unknown'
    }
  }

  /**
   * The state of a call whose result has a digest, by the entry that is stored now. A function whose inputs have changed may
   * still return an equal result, so that is not known.
   */
  ofCall(entry: Entry, digest: string, inputs: readonly InputState[]): InputState {
    if (entry.codecs !== undefined || isExpired(entry, this.#now)) return 'unknown'
    if (sha256(entry.payload).slice(0, CHARACTERS) !== digest) return 'changed'
    return inputs.every((state) => state === 'unchanged') ? 'unchanged' : 'unknown'
  }
}

function defaultRoot(): string {
  const start = process.cwd()
  for (let folder = start; ; ) {
    if (existsSync(join(folder, 'package.json'))) return folder
    const parent = dirname(folder)
    if (parent === folder) return start
    folder = parent
  }
}
