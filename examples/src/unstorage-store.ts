// Any driver of unstorage as a store: Cloudflare KV, Vercel, Azure, S3, GitHub, … `supports` says what it cannot do.
import { createHash } from 'node:crypto'
import type { Bounds, Entry, Head, ListedHead, OpenOptions, Store, StoreAdapter } from '@persist/core'
import { StoreError } from '@persist/core'
import type { Storage } from 'unstorage'

/** An entry as JSON, with bytes as base64. */
interface Kept extends Head {
  readonly text?: string
  readonly base64?: string
}

export function unstorageStore(storage: Storage, name: string): StoreAdapter<'async'> {
  return {
    mode: 'async',
    // No driver has compare-and-set, so there are no leases. In most drivers, `getItems` is a loop.
    supports: { lease: false, many: false, tags: false, bounds: false, persistent: true },
    name: `unstorage://${name}`,
    open: (namespace, options) => new UnstorageStore(storage, namespace, options),
    close: () => storage.dispose(),
  }
}

class UnstorageStore implements Store<'async'> {
  readonly #storage: Storage
  readonly #base: string
  readonly #report: OpenOptions['report']

  constructor(storage: Storage, namespace: string, { report }: OpenOptions = {}) {
    this.#storage = storage
    this.#base = `persist:${digest(namespace)}`
    this.#report = report
  }

  async get(hash: string): Promise<Entry | undefined> {
    return this.#read(this.#keyOf(hash))
  }

  async set({ payload, ...head }: Entry): Promise<void> {
    const kept: Kept =
      typeof payload === 'string'
        ? { ...head, text: payload }
        : { ...head, base64: Buffer.from(payload).toString('base64') }
    await this.#storage.setItem(this.#keyOf(head.hash), kept as never)
  }

  async delete(hash: string): Promise<boolean> {
    const key = this.#keyOf(hash)
    if (!(await this.#storage.hasItem(key))) return false
    await this.#storage.removeItem(key)
    return true
  }

  async clear(): Promise<number> {
    let gone = 0
    for await (const { hash } of this.heads()) if (await this.delete(hash)) gone++
    return gone
  }

  async *entries(): AsyncGenerator<Entry> {
    for (const key of await this.#storage.getKeys(this.#base)) {
      const entry = await this.#read(key)
      if (entry !== undefined) yield entry
    }
  }

  async *heads(): AsyncGenerator<ListedHead> {
    for await (const { payload, ...head } of this.entries()) yield { ...head, bytes: Buffer.byteLength(payload) }
  }

  async stats(): Promise<{ entries: number; bytes: number }> {
    let [entries, bytes] = [0, 0]
    for await (const head of this.heads()) {
      entries++
      bytes += head.bytes
    }
    return { entries, bytes }
  }

  async prune(now: number, { maxEntries = Infinity, maxBytes = Infinity }: Bounds = {}): Promise<number> {
    const kept: ListedHead[] = []
    const surplus: ListedHead[] = []
    for await (const head of this.heads()) {
      const isOver = (head.staleUntil ?? head.expiresAt ?? Infinity) <= now
      ;(isOver || head.bytes > maxBytes ? surplus : kept).push(head)
    }
    kept.sort((a, b) => b.createdAt - a.createdAt)
    let bytes = kept.reduce((sum, head) => sum + head.bytes, 0)
    while (kept.length > maxEntries || bytes > maxBytes) {
      const oldest = kept.pop()!
      bytes -= oldest.bytes
      surplus.push(oldest)
    }
    let gone = 0
    for (const { hash } of surplus) if (await this.delete(hash)) gone++
    return gone
  }

  /** A driver that writes in place may return half a value, which is a miss. */
  async #read(key: string): Promise<Entry | undefined> {
    const kept = await this.#storage.getItem<Kept>(key)
    if (kept === null) return undefined
    const { text, base64, ...head } = kept
    if (typeof head.hash !== 'string' || this.#keyOf(head.hash) !== key || (text ?? base64) === undefined) {
      this.#report?.(new StoreError('ERR_PERSIST_ENTRY_DAMAGED', `${key} is damaged`, { store: 'unstorage' }))
      return undefined
    }
    return { ...head, payload: text ?? new Uint8Array(Buffer.from(base64!, 'base64')) }
  }

  /** `:`, `/` and `?` in keys have a meaning for unstorage, and some file systems ignore case. */
  #keyOf(hash: string): string {
    return `${this.#base}:${digest(hash)}`
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, 40)
}
