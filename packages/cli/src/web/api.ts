import type { EntryReader } from '@persist/core/codecs'
import type { Entry, Store, StoreAdapter } from '@persist/store'
import { madeFrom } from '../adopt/made-from.ts'
import { type Decoded, decodePayload } from '../entries/decode.ts'
import { decodeEntry } from '../entries/decode-entry.ts'
import { nearestTo } from '../entries/nearest.ts'
import { allFunctions } from '../stores/functions.ts'
import { Catalog, rowOf } from './catalog.ts'
import { treeOf } from './tree.ts'
import type { EntryDetails, Order, Overview, Progress, Rows } from './types.ts'

const ORDERS: readonly Order[] = ['createdAt', 'bytes', 'durationMs', 'hash', 'key']
const MAX_ROWS_AT_ONCE = 500

/** A request that cannot be answered, with its HTTP status. */
export class HttpError extends Error {
  readonly status: 400 | 403 | 404

  constructor(status: 400 | 403 | 404, message: string) {
    super(message)
    this.status = status
  }
}

/** The store as the page uses it. */
export interface WebStore {
  /** The name to show. */
  readonly name: string
  readonly reader: StoreAdapter
  /** Decodes entries. */
  readonly entries: EntryReader
  /** `undefined`: nothing may be deleted. */
  readonly changer: StoreAdapter | undefined
  /** The functions to show; empty: all. */
  readonly named: readonly string[]
  /** The folder to which the paths of inputs are relative. Default: the nearest one with a package.json. */
  readonly root?: string | undefined
}

/** Answers the requests of the page. */
export class Api {
  readonly #store: WebStore
  readonly #catalog: Catalog
  readonly #now: () => number

  constructor(store: WebStore, now: () => number) {
    this.#store = store
    this.#now = now
    this.#catalog = new Catalog(store.reader, store.entries, now)
  }

  /** Reads the store again. */
  async overview(report?: (progress: Progress) => void): Promise<Overview> {
    const { name, reader, changer, named } = this.#store
    await this.#catalog.refresh(named.length > 0 ? named : await allFunctions(reader), report)
    return { store: name, readonly: changer === undefined, functions: this.#catalog.functions }
  }

  entries(query: URLSearchParams): Rows {
    const order = (query.get('order') ?? 'createdAt') as Order
    if (!ORDERS.includes(order)) throw new HttpError(400, 'unknown order')
    const limit = Math.min(wholeNumber(query.get('limit') ?? '100'), MAX_ROWS_AT_ONCE)
    const offset = wholeNumber(query.get('offset') ?? '0')
    const descending = query.get('descending') !== 'false'
    return this.#catalog.search(
      required(query, 'funcname'),
      query.get('search') ?? '',
      order,
      descending,
      offset,
      limit,
    )
  }

  async entry(query: URLSearchParams): Promise<EntryDetails> {
    const funcname = required(query, 'funcname')
    const hash = required(query, 'hash')
    let reason = 'the entry no longer exists'
    const report = (problem: Error) => {
      reason = problem.message
    }
    this.#store.reader.checkHash?.(hash)
    const store: Store = this.#store.reader.open(funcname, { report })
    const entry = await store.get(hash)
    if (entry === undefined) throw new HttpError(404, reason)
    const { payload: stored, metadata, promised, codecs, source, ...head } = entry
    const { payload, key, unread } = await this.#decoded(funcname, entry)
    const decodedKey = key === undefined ? undefined : await decodePayload(key)
    const args = decodedKey?.kind === 'value' && Array.isArray(decodedKey.value) ? decodedKey.value : undefined
    const nearest = args === undefined ? undefined : await nearestTo(store, args, hash)
    const bytes = typeof stored === 'string' ? Buffer.byteLength(stored) : stored.byteLength
    return {
      funcname,
      ...(await rowOf({ ...head, bytes }, key)),
      ...(codecs !== undefined && { codecs }),
      ...(metadata !== undefined && { metadata }),
      ...(promised !== undefined && { promised }),
      ...(source !== undefined && { source }),
      ...(decodedKey && { keyTree: treeOf(decodedKey) }),
      valueTree: treeOf(payload),
      madeFrom: await madeFrom(this.#store.reader, funcname, entry, { root: this.#store.root, now: this.#now() }),
      ...(nearest && { nearest }),
      ...(unread !== undefined && { unread }),
    }
  }

  /** What the pickle gave, or what is stored and why it cannot be read. */
  async #decoded(
    funcname: string,
    stored: Entry,
  ): Promise<{ readonly payload: Decoded; readonly key?: string; readonly unread?: string }> {
    const { entry, unread } = decodeEntry(this.#store.entries, funcname, stored)
    const payload = await decodePayload(entry.payload)
    if (unread !== undefined) return { payload, unread: unread.message }
    const reason = payload.kind === 'value' ? undefined : (payload.damaged ?? 'its pickle is unknown here')
    return {
      payload,
      ...(entry.key !== undefined && { key: entry.key }),
      ...(reason !== undefined && { unread: reason }),
    }
  }

  async delete(body: unknown): Promise<{ deleted: boolean }> {
    const { funcname, hash } = strings(body, ['funcname', 'hash'])
    const adapter = this.#changer()
    adapter.checkHash?.(hash!)
    return { deleted: await adapter.open(funcname!).delete(hash!) }
  }

  async clear(body: unknown): Promise<{ cleared: number }> {
    const { funcname } = strings(body, ['funcname'])
    return { cleared: await this.#changer().open(funcname!).clear() }
  }

  #changer(): StoreAdapter {
    const { changer } = this.#store
    if (changer === undefined) throw new HttpError(403, 'this page was opened with --readonly')
    return changer
  }
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value === null) throw new HttpError(400, `${name} is missing`)
  return value
}

function strings(body: unknown, names: readonly string[]): Readonly<Record<string, string>> {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  return Object.fromEntries(
    names.map((name) => {
      const value = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (typeof value !== 'string') throw new HttpError(400, `${name} must be a string`)
      return [name, value]
    }),
  )
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new HttpError(400, `${text} is not a whole number`)
  return number
}
