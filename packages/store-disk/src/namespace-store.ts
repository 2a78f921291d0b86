import type { Bounds, Entry, Lease, LeaseOptions, ListedHead, OpenOptions, Store } from '@persist/store'
import { EntryFiles } from './entry-files.ts'
import { errorCode } from './file-system.ts'
import { checkHash } from './hash-check.ts'
import { ENTRY_SUFFIX, hashMark, namespaceTag } from './layout.ts'
import { DiskLease, takeLease, wholeMs } from './lease.ts'
import { entryNames, listEntries, listHeads } from './listing.ts'
import { NamespaceFolder } from './namespace-folder.ts'
import type { Plan } from './plan.ts'
import type { Root } from './root.ts'
import { readToken } from './token.ts'
import type { Target, Tokens } from './tokens.ts'

/** One namespace of a folder. */
export class NamespaceStore implements Store<'sync'> {
  readonly #plan: Plan
  readonly #tag: string
  readonly #files: EntryFiles
  readonly #tokens: Tokens
  readonly #bounds: Bounds

  constructor(plan: Plan, root: Root, tokens: Tokens, namespace: string, { bounds = {}, report }: OpenOptions = {}) {
    this.#plan = plan
    this.#tag = namespaceTag(namespace)
    this.#files = new EntryFiles(plan, new NamespaceFolder(plan.fs, root, namespace), namespace, report)
    this.#tokens = tokens
    this.#bounds = bounds
  }

  get(hash: string): Entry | undefined {
    checkHash(hash)
    return this.#files.told('get', hash, () => this.#files.read(hash))
  }

  set(entry: Entry): void {
    checkHash(entry.hash)
    const target = this.#target(entry.hash)
    // Whoever takes a lease makes a token and looks for others'. So does this, in the same order: one sees the other.
    this.#files.told('set', entry.hash, () => {
      for (;;) {
        const { path, name, fd } = this.#tokens.create(target)
        const leased = this.#tokens.mayHaveLeases(target.tag)
        if (leased) this.#tokens.endLeases(target, name)
        if (!this.#files.place(path, fd, entry)) continue
        if (!leased && this.#tokens.mayHaveLeases(target.tag)) this.#tokens.endLeases(target)
        return
      }
    })
  }

  delete(hash: string): boolean {
    checkHash(hash)
    return this.#files.told('delete', hash, () => {
      const target = this.#target(hash)
      if (this.#tokens.mayHaveLeases(target.tag)) this.#tokens.endLeases(target)
      const folder = this.#files.folder.find()
      return folder !== undefined && this.#unlink(folder + hash + ENTRY_SUFFIX)
    })
  }

  clear(): number {
    return this.#files.told('clear', undefined, () => {
      this.#endAllLeases()
      let cleared = 0
      for (const name of entryNames(this.#files)) if (this.#unlink(this.#files.folder.path + name)) cleared++
      return cleared
    })
  }

  entries(): Iterable<Entry> {
    return listEntries(this.#files)
  }

  heads(): Iterable<ListedHead> {
    return listHeads(this.#files)
  }

  stats(): { entries: number; bytes: number } {
    return this.#files.told('stats', undefined, () => {
      const stats = { entries: 0, bytes: 0 }
      for (const name of entryNames(this.#files)) {
        const stat = this.#plan.fs.lstatSync(this.#files.folder.path + name, { throwIfNoEntry: false })
        if (stat === undefined || !stat.isFile()) continue
        stats.entries++
        stats.bytes += stat.size
      }
      return stats
    })
  }

  prune(now: number, bounds: Bounds = this.#bounds): number {
    return this.#files.told('prune', undefined, () => {
      const kept: { hash: string; used: number; bytes: number }[] = []
      let pruned = 0
      for (const head of this.heads()) {
        if (head.expiresAt !== undefined && head.expiresAt <= now) pruned += Number(this.delete(head.hash))
        else kept.push({ hash: head.hash, used: head.createdAt, bytes: head.bytes })
      }
      kept.sort((a, b) => b.used - a.used)
      let total = 0
      for (const [index, { hash, bytes }] of kept.entries()) {
        total += bytes
        if (index >= (bounds.maxEntries ?? Infinity) || total > (bounds.maxBytes ?? Infinity))
          pruned += Number(this.delete(hash))
      }
      return pruned
    })
  }

  lease(hash: string, ms: number, { steal = false }: LeaseOptions = {}): Lease<'sync'> | undefined {
    checkHash(hash)
    const whole = wholeMs(ms)
    return this.#files.told('lease', hash, () => {
      const path = takeLease(this.#plan, this.#tokens, this.#target(hash), whole, steal)
      return path === undefined ? undefined : new DiskLease(this.#plan, this.#files, path, hash, whole)
    })
  }

  #target(hash: string): Target {
    return { tag: this.#tag, mark: hashMark(hash) }
  }

  #endAllLeases(): void {
    if (!this.#tokens.mayHaveLeases(this.#tag)) return
    for (const shard of this.#plan.layout.shards) {
      for (const name of this.#tokens.names(shard)) {
        if (!name.startsWith(`${this.#tag}-`) || readToken(name)?.leaseMs === undefined) continue
        this.#tokens.unlink(shard + name)
      }
    }
  }

  #unlink(path: string): boolean {
    try {
      this.#plan.fs.unlinkSync(path)
      return true
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false
      if (!this.#plan.fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error
      this.#files.discard(path, 'damaged')
      return false
    }
  }
}
