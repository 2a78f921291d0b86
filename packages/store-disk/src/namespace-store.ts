import type { Bounds, Entry, Lease, LeaseOptions, ListedHead, OpenOptions, Store, TagFence } from '@persist/store'
import { Eviction } from './bounds/eviction.ts'
import { prune } from './bounds/prune.ts'
import { UnboundedUsage } from './bounds/usage-tracking.ts'
import { Deletion } from './files/deletion.ts'
import { EntryFiles } from './files/entry-files.ts'
import { EntryRemoval } from './files/entry-removal.ts'
import { closeQuietly } from './files/file-system.ts'
import { checkHash } from './files/hash-check.ts'
import { entryNames, listEntries, listHeads } from './files/listing.ts'
import { isOwnEntry, isSurelyOwnEntry } from './files/own-entry.ts'
import { canReadAsync } from './files/read-large-file.ts'
import { entryIdOf } from './folder/entry-name.ts'
import { namespaceId } from './folder/layout.ts'
import { NamespaceFolder } from './folder/namespace-folder.ts'
import type { Root } from './folder/root.ts'
import { DiskLease, wholeMs } from './lease/lease.ts'
import { takeLease } from './lease/take.ts'
import type { Target } from './lease/token-factory.ts'
import type { Tokens } from './lease/tokens.ts'
import type { ResolvedOptions } from './resolved-options.ts'
import { tagFence } from './tags/tag-fence.ts'

/** What all namespaces of one adapter share. */
export interface Shared {
  readonly options: ResolvedOptions
  readonly root: Root
  readonly tokens: Tokens
  /** Called when the adapter closes. */
  readonly closing: Set<() => void>
}

/** One namespace of a folder. */
export class NamespaceStore implements Store<'sync'> {
  readonly tagFence: TagFence<'sync'>
  readonly #options: ResolvedOptions
  readonly #namespaceId: string
  readonly #files: EntryFiles
  readonly #tokens: Tokens
  readonly #deletion: Deletion
  readonly #bounds: Bounds

  constructor(
    { options, root, tokens, closing }: Shared,
    namespace: string,
    { bounds = {}, report }: OpenOptions = {},
  ) {
    this.#options = options
    this.#tokens = tokens
    this.#bounds = bounds
    this.#namespaceId = namespaceId(namespace)
    const folder = new NamespaceFolder(options, root, namespace)
    const removal = new EntryRemoval(options, this.#namespaceId)
    const isBounded = bounds.maxEntries !== undefined || bounds.maxBytes !== undefined
    const eviction = isBounded ? new Eviction(options, folder, this.#namespaceId, removal, bounds) : undefined
    if (eviction !== undefined) closing.add(() => eviction.close())
    const usageTracking = eviction ?? new UnboundedUsage(options, this.#namespaceId)
    this.#files = new EntryFiles(options, folder, namespace, report, removal, usageTracking)
    this.#deletion = new Deletion(tokens, root, this.#namespaceId)
    this.tagFence = tagFence(options, root, namespace, (operation, act) =>
      this.#files.withStoreErrors(operation, undefined, act),
    )
  }

  get(hash: string): Entry | undefined {
    checkHash(hash)
    return this.#files.withStoreErrors('get', hash, () => this.#files.read(hash))
  }

  getAsync(hash: string): Entry | undefined | Promise<Entry | undefined> {
    if (!canReadAsync(this.#options.fs)) return this.get(hash)
    checkHash(hash)
    return this.#files.withStoreErrors('get', hash, () => this.#files.readAsync(hash))
  }

  set(entry: Entry): void {
    checkHash(entry.hash)
    const target = this.#target(entry.hash)
    // A process that takes a lease makes a token and looks for others'. So does this, in the same order: one sees the other.
    this.#files.withStoreErrors('set', entry.hash, () => {
      for (;;) {
        const { path, name, fd } = this.#tokens.factory.create(target)
        try {
          this.#endLeases(target, name, fd)
          if (this.#files.commit(path, fd, entry)) return
        } catch (error) {
          this.#tokens.factory.drop(path)
          throw error
        }
      }
    })
  }

  #endLeases(target: Target, own: string, fd: number): void {
    try {
      if (this.#tokens.factory.mayHaveLeases(target.namespaceId)) this.#tokens.end(target, 'lease', own)
    } catch (error) {
      closeQuietly(this.#options.fs, fd)
      throw error
    }
  }

  delete(hash: string): boolean {
    checkHash(hash)
    return this.#files.withStoreErrors('delete', hash, () => {
      return this.#deletion.ofOne(this.#target(hash), () => this.#files.removeOf(hash))
    })
  }

  clear(): number {
    return this.#files.withStoreErrors('clear', undefined, () => {
      const cleared = this.#deletion.ofAll(() => this.#removeAll())
      this.#files.usageTracking.counted({ entries: 0, bytes: 0 })
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
    return this.#files.withStoreErrors('stats', undefined, () => {
      const stats = { entries: 0, bytes: 0 }
      for (const name of entryNames(this.#files)) {
        const folder = this.#files.folder.path ?? ''
        const stat = this.#options.fs.lstatSync(folder + name, { throwIfNoEntry: false })
        if (stat === undefined || !stat.isFile() || !isOwnEntry(this.#options, folder, name)) continue
        stats.entries++
        stats.bytes += stat.size
      }
      return stats
    })
  }

  prune(now: number, bounds: Bounds = this.#bounds): number {
    return this.#files.withStoreErrors('prune', undefined, () => {
      const { pruned, left } = prune(this.#files, now, bounds)
      if (pruned > 0) this.#files.usageTracking.counted(left)
      this.#tokens.sweep.all()
      return pruned
    })
  }

  lease(hash: string, ms: number, options: LeaseOptions = {}): Lease<'sync'> | undefined {
    checkHash(hash)
    const whole = wholeMs(ms)
    return this.#files.withStoreErrors('lease', hash, () => {
      const taken = takeLease(this.#options, this.#tokens, this.#target(hash), whole, options)
      return taken && new DiskLease(this.#options, this.#files, taken, hash, whole)
    })
  }

  #target(hash: string): Target {
    return { namespaceId: this.#namespaceId, entryId: entryIdOf(hash) }
  }

  /** Removes all that it can, and then throws the first failure. */
  #removeAll(): number {
    let removed = 0
    const failures: unknown[] = []
    for (const name of entryNames(this.#files)) {
      const folder = this.#files.folder.path ?? ''
      try {
        if (isSurelyOwnEntry(this.#options, folder, name) && this.#files.remove(folder + name)) removed++
      } catch (error) {
        if (failures.length === 0) failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
    return removed
  }
}
