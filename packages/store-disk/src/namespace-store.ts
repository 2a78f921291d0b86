import type { Bounds, Entry, Lease, LeaseOptions, ListedHead, OpenOptions, Store } from '@persist/store'
import { Eviction } from './bounds/eviction.ts'
import { prune } from './bounds/prune.ts'
import { Tally } from './bounds/tally.ts'
import { EntryFiles } from './files/entry-files.ts'
import { checkHash } from './files/hash-check.ts'
import { entryNames, listEntries, listHeads } from './files/listing.ts'
import { unlinkIfThere } from './files/removal.ts'
import { ENTRY_SUFFIX, hashMark, namespaceTag } from './folder/layout.ts'
import { NamespaceFolder } from './folder/namespace-folder.ts'
import type { Root } from './folder/root.ts'
import { DiskLease, takeLease, wholeMs } from './lease/lease.ts'
import { Sweep } from './lease/sweep.ts'
import { readToken } from './lease/token.ts'
import type { Target, Tokens } from './lease/tokens.ts'
import type { Plan } from './plan.ts'

/** What all namespaces of one adapter share. */
export interface Shared {
  readonly plan: Plan
  readonly root: Root
  readonly tokens: Tokens
  /** Called when the adapter closes. */
  readonly closing: Set<() => void>
}

/** One namespace of a folder. */
export class NamespaceStore implements Store<'sync'> {
  readonly #plan: Plan
  readonly #tag: string
  readonly #files: EntryFiles
  readonly #tokens: Tokens
  readonly #bounds: Bounds

  constructor({ plan, root, tokens, closing }: Shared, namespace: string, { bounds = {}, report }: OpenOptions = {}) {
    this.#plan = plan
    this.#tokens = tokens
    this.#bounds = bounds
    this.#tag = namespaceTag(namespace)
    const folder = new NamespaceFolder(plan, root, namespace)
    const isBounded = bounds.maxEntries !== undefined || bounds.maxBytes !== undefined
    const eviction = isBounded ? new Eviction(plan, folder, this.#tag, bounds) : undefined
    if (eviction !== undefined) closing.add(() => eviction.close())
    this.#files = new EntryFiles(plan, folder, namespace, report, eviction)
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
        if (this.#tokens.mayHaveLeases(target.tag)) this.#tokens.endLeases(target, name)
        if (this.#files.place(path, fd, entry)) return
      }
    })
  }

  delete(hash: string): boolean {
    checkHash(hash)
    return this.#files.told('delete', hash, () => {
      const target = this.#target(hash)
      if (this.#tokens.mayHaveLeases(target.tag)) this.#tokens.endLeases(target)
      const folder = this.#files.folder.find()
      if (folder === undefined || !this.#files.remove(folder + hash + ENTRY_SUFFIX)) return false
      if (this.#files.eviction === undefined) this.#forgetUsage()
      return true
    })
  }

  clear(): number {
    return this.#files.told('clear', undefined, () => {
      this.#endAllLeases()
      let cleared = 0
      for (const name of entryNames(this.#files)) {
        if (this.#files.remove((this.#files.folder.path ?? '') + name)) cleared++
      }
      this.#forgetUsage()
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
      const pruned = prune(this.#files, now, bounds)
      if (pruned > 0) this.#forgetUsage()
      new Sweep(this.#plan).all()
      return pruned
    })
  }

  lease(hash: string, ms: number, { steal = false }: LeaseOptions = {}): Lease<'sync'> | undefined {
    checkHash(hash)
    const whole = wholeMs(ms)
    return this.#files.told('lease', hash, () => {
      const path = takeLease(this.#plan, this.#tokens, this.#target(hash), whole, steal === true)
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
        unlinkIfThere(this.#plan, shard + name)
      }
    }
  }

  #forgetUsage(): void {
    if (this.#files.eviction === undefined) new Tally(this.#plan, this.#tag).forget()
    else this.#files.eviction.forget()
  }
}
