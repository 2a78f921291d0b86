import { StoreError } from '@persist/errors'
import { ABORT, type RootDatabase } from 'lmdb'
import { LockFile } from './lock-file.ts'
import type { LockWatch } from './lock-watch.ts'
import { MetaPages } from './meta-pages.ts'

/** How often other processes may open the file just then. */
const MOST_TRIES = 100

/**
 * The write transactions of one open LMDB file, with three precautions against what LMDB does when processes come and go.
 *
 * A process that opens a file notes as its last commit the one that it found, without a lock (`mdb_env_open2` of lmdb 3.5). What
 * is committed between its look and its note is forgotten: the next writer begins from an older state, drops what had
 * been stored, and overwrites pages in use. Measured with four busy writers: every twelfth opening, and a broken file after
 * some hundred. So a change begins with a look at the file itself, and corrects the note.
 *
 * The other precautions are {@link LockFile.wakeOnRelease} and {@link LockWatch}.
 */
export class WriteTransactions {
  readonly #dir: string
  readonly #root: RootDatabase<Buffer, Buffer>
  readonly #metaPages: MetaPages | undefined
  readonly #watch: LockWatch
  /** `null`: not looked for. */
  #lockFile: LockFile | undefined | null = null

  constructor(dir: string, root: RootDatabase<Buffer, Buffer>, watch: LockWatch) {
    this.#dir = dir
    this.#root = root
    this.#metaPages = MetaPages.of(dir)
    this.#watch = watch
  }

  /** Does all of it or nothing, while no other process changes anything. */
  transact<T>(act: () => T): T {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.#watch.waitWhileHeld(this.#metaPages)
      const outcome: T | typeof ABORT = this.#root.transactionSync(() => (this.#beginsRight() ? act() : ABORT))
      if (outcome !== ABORT) return outcome as T
    }
    throw new StoreError(
      'ERR_PERSIST_STORE',
      `The store ${this.#dir} could not be changed: LMDB has forgotten its last commit, which can be corrected only on Linux and macOS; it finds the commit as soon as a process opens the store again`,
      { store: this.#dir, operation: 'change' },
    )
  }

  close(): void {
    this.#metaPages?.close()
  }

  #beginsRight(): boolean {
    if (this.#lockFile === null) this.#lockFile = LockFile.held(this.#dir)
    const last = this.#metaPages?.lastBut(this.#root.getWriteTxnId() - 1)
    if (last !== undefined) this.#lockFile?.noteLast(last)
    this.#lockFile?.wakeOnRelease()
    return last === undefined
  }
}
