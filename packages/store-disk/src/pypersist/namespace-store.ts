import type { Bounds, Entry, ListedHead, OpenOptions, Store, TagFence } from '@persist/store'
import { type Bounded, entryDamaged, operationOn, surplusOf } from '@persist/store/kit'
import { lastUse } from '../bounds/last-use.ts'
import { withStoreErrors } from '../errors.ts'
import { checkHash } from '../files/hash-check.ts'
import { type FileMark, isSameFile, moveOut, unlinkIfThere } from '../files/removal.ts'
import { NamespaceFolder } from '../folder/namespace-folder.ts'
import type { Root } from '../folder/root.ts'
import { mayBeDropped } from '../format/may-be-dropped.ts'
import { scratchName } from '../lease/token.ts'
import { Tokens } from '../lease/tokens.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { tagFence } from '../tags/tag-fence.ts'
import { look, peekHead, type Seen } from './entry.ts'
import { EntryWriter } from './entry-writer.ts'
import { hashesIn, sizesIn } from './listing.ts'
import { Locks } from './lock.ts'
import { HEAD, KEY, META, type Paths, pathsOf } from './paths.ts'

const LOOKS = 50

/** One namespace of a folder that Python programs use too. */
export class PypersistStore implements Store<'sync'> {
  readonly tagFence: TagFence<'sync'>
  readonly #options: ResolvedOptions
  readonly #namespace: string
  readonly #report: OpenOptions['report']
  readonly #folder: NamespaceFolder
  readonly #locks: Locks
  readonly #writer: EntryWriter
  readonly #tokens: Tokens

  constructor(options: ResolvedOptions, root: Root, namespace: string, { report }: OpenOptions = {}) {
    this.#options = options
    this.#namespace = namespace
    this.#report = report
    this.#folder = new NamespaceFolder(options, root, namespace)
    this.#locks = new Locks(options)
    this.#tokens = new Tokens(options, root)
    this.#writer = new EntryWriter(options, root, this.#folder, this.#locks, this.#tokens.sweep, namespace)
    this.tagFence = tagFence(options, root, namespace, (operation, act) =>
      this.#withStoreErrors(operation, undefined, act),
    )
  }

  get(hash: string): Entry | undefined {
    checkHash(hash)
    return this.#withStoreErrors('get', hash, () => {
      const folder = this.#folder.find()
      return folder === undefined ? undefined : this.#read(hash, pathsOf(folder, hash))
    })
  }

  set(entry: Entry): void {
    checkHash(entry.hash)
    this.#withStoreErrors('set', entry.hash, () => this.#writer.set(entry, (paths) => this.#giveUp(entry.hash, paths)))
  }

  delete(hash: string): boolean {
    checkHash(hash)
    return this.#withStoreErrors('delete', hash, () => this.#remove(hash))
  }

  clear(): number {
    return this.#withStoreErrors('clear', undefined, () => {
      let cleared = 0
      for (const hash of hashesIn(this.#options, this.#folder)) if (this.#remove(hash)) cleared++
      // What a program that died has left without a result.
      for (const suffix of [KEY, META, HEAD]) {
        for (const hash of hashesIn(this.#options, this.#folder, suffix)) this.#remove(hash)
      }
      return cleared
    })
  }

  *entries(): Generator<Entry> {
    for (const hash of this.#hashes()) {
      const entry = this.#withStoreErrors('list', hash, () => this.#read(hash, this.#paths(hash)))
      if (entry !== undefined) yield entry
    }
  }

  *heads(): Generator<ListedHead> {
    for (const hash of this.#hashes()) {
      const head = this.#withStoreErrors('list', hash, () => this.#head(hash))
      if (head !== undefined) yield head
    }
  }

  stats(): { entries: number; bytes: number } {
    return this.#withStoreErrors('stats', undefined, () => sizesIn(this.#options, this.#folder))
  }

  prune(now: number, bounds: Bounds = {}): number {
    return this.#withStoreErrors('prune', undefined, () => {
      let pruned = 0
      const kept: (Bounded & { readonly hash: string; readonly at: FileMark })[] = []
      const clock = this.#options.clock.now()
      for (const hash of this.#hashes()) {
        const at = this.#options.fs.lstatSync(this.#paths(hash).out, { throwIfNoEntry: false })
        const head = at && this.#head(hash)
        if (at === undefined || head === undefined) continue
        if (!mayBeDropped(head, now)) kept.push({ hash, at, bytes: at.size, usedAt: lastUse(at.mtimeMs, clock) })
        else if (this.#remove(hash, at)) pruned++
      }
      for (const { hash, at } of surplusOf(kept, bounds)) if (this.#remove(hash, at)) pruned++
      this.#tokens.sweep.all()
      return pruned
    })
  }

  /**
   * Respects the lock where the files alone do not show that they are whole. What is not ours is looked at twice: between
   * one file and the next another program may have written both.
   */
  #read(hash: string, paths: Paths): Entry | undefined {
    let before: Seen | undefined
    for (let attempt = 0; attempt < LOOKS; attempt++) {
      const seen = look(this.#options, this.#namespace, hash, paths)
      if (seen.kind === 'sound') return seen.entry
      if (seen.kind === 'unsealed') return undefined
      const waited = this.#locks.wait(paths.lock, () => this.#giveUp(hash, paths))
      if (waited === 'stuck') return undefined
      const isSure = waited === 'none' && (seen.kind === 'absent' || isSame(seen, before))
      before = waited === 'none' ? seen : undefined
      if (!isSure) continue
      if (seen.kind === 'foreign') return seen.entry
      if (seen.kind === 'damaged') this.#discard(hash, paths)
      return undefined
    }
    return undefined
  }

  #head(hash: string): ListedHead | undefined {
    const paths = this.#paths(hash)
    const head = peekHead(this.#options, this.#namespace, hash, paths)
    if (head !== undefined) return head
    const entry = this.#read(hash, paths)
    if (entry === undefined) return undefined
    const { payload, ...rest } = entry
    return { ...rest, bytes: typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength }
  }

  /** `seen`: only if it is still this one. */
  #remove(hash: string, seen?: FileMark): boolean {
    if (this.#folder.find() === undefined) return false
    const paths = this.#paths(hash)
    return this.#locks.hold(
      paths.lock,
      () => this.#giveUp(hash, paths),
      () => {
        const now = this.#options.fs.lstatSync(paths.out, { throwIfNoEntry: false })
        if (seen !== undefined && (now === undefined || !isSameFile(now, seen))) return false
        const removed = unlinkIfThere(this.#options, paths.out)
        for (const part of [paths.key, paths.meta, paths.head]) unlinkIfThere(this.#options, part)
        return removed
      },
    )
  }

  /** A program died while it wrote this: files that may not be whole must not be read, in either language. */
  #giveUp(hash: string, paths: Paths): void {
    const { kind } = look(this.#options, this.#namespace, hash, paths)
    if (kind === 'foreign' || kind === 'damaged') this.#discard(hash, paths)
  }

  #discard(hash: string, paths: Paths): void {
    const { dir, layout } = this.#options
    this.#report?.(entryDamaged({ store: dir, namespace: this.#namespace, hash }, paths.out))
    try {
      moveOut(this.#options, paths.out, layout.quarantine, scratchName())
    } catch {
      // The folder cannot be written: the entry stays.
    }
  }

  *#hashes(): Generator<string> {
    const hashes = hashesIn(this.#options, this.#folder)
    try {
      for (;;) {
        const { value, done } = this.#withStoreErrors('list', undefined, () => hashes.next())
        if (done) return
        yield value
      }
    } finally {
      hashes.return(undefined)
    }
  }

  #paths(hash: string): Paths {
    return pathsOf(this.#folder.path ?? '', hash)
  }

  #withStoreErrors<T>(operation: string, hash: string | undefined, act: () => T): T {
    const facts = { store: this.#options.dir, ...operationOn(this.#namespace, operation, hash) }
    return withStoreErrors(facts, act, () => this.#folder.recheck())
  }
}

function isSame(seen: Seen, before: Seen | undefined): boolean {
  if (before?.kind !== seen.kind || !('at' in seen) || !('at' in before)) return false
  return seen.at !== undefined && before.at !== undefined && isSameFile(seen.at, before.at)
}
