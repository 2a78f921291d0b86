import type { StoreAdapter } from '@persist/store'
import { allFunctions } from '../functions.ts'
import { readPayload } from '../payload.ts'
import { EntryIndex, rowOf } from './entry-index.ts'
import { treeOf } from './tree.ts'
import type { EntryShape, Order, Overview, Rows } from './types.ts'

const ORDERS: readonly Order[] = ['createdAt', 'bytes', 'durationMs', 'hash', 'key']
const MOST_ROWS_AT_ONCE = 500

/** A request that cannot be answered: it is invalid, or its object does not exist. */
export class Unanswerable extends Error {
  readonly status: 400 | 403 | 404

  constructor(status: 400 | 403 | 404, message: string) {
    super(message)
    this.status = status
  }
}

/** The store of the page. */
export interface PageStore {
  /** The name without secrets. */
  readonly name: string
  readonly looking: StoreAdapter
  /** Absent if nothing may be deleted. */
  readonly changing: StoreAdapter | undefined
  /** The functions to show. Empty for all. */
  readonly named: readonly string[]
}

/** Answers the requests of the page. */
export class Api {
  readonly #store: PageStore
  readonly #index: EntryIndex

  constructor(store: PageStore, now: () => number) {
    this.#store = store
    this.#index = new EntryIndex(store.looking, now)
  }

  /** Reads the store again. */
  async overview(): Promise<Overview> {
    const { name, looking, changing, named } = this.#store
    await this.#index.refresh(named.length > 0 ? named : await allFunctions(looking))
    return { store: name, readonly: changing === undefined, functions: this.#index.functions }
  }

  entries(query: URLSearchParams): Rows {
    const order = (query.get('order') ?? 'createdAt') as Order
    if (!ORDERS.includes(order)) throw new Unanswerable(400, 'no such order')
    const limit = Math.min(wholeNumber(query.get('limit') ?? '100'), MOST_ROWS_AT_ONCE)
    const offset = wholeNumber(query.get('offset') ?? '0')
    const descending = query.get('descending') !== 'false'
    return this.#index.search(required(query, 'funcname'), query.get('search') ?? '', order, descending, offset, limit)
  }

  async entry(query: URLSearchParams): Promise<EntryShape> {
    const funcname = required(query, 'funcname')
    const hash = required(query, 'hash')
    let reason = 'the entry is gone'
    const report = (problem: Error) => {
      reason = problem.message
    }
    this.#store.looking.checkHash?.(hash)
    const entry = await this.#store.looking.open(funcname, { report }).get(hash)
    if (entry === undefined) throw new Unanswerable(404, reason)
    const { payload, key, metadata, promised, ...head } = entry
    const bytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
    const reading = await readPayload(payload)
    const unread = reading.kind === 'value' ? undefined : (reading.damaged ?? 'the command does not know its pickle')
    return {
      funcname,
      ...(await rowOf({ ...head, ...(key !== undefined && { key }), bytes })),
      ...(metadata !== undefined && { metadata }),
      ...(promised !== undefined && { promised }),
      ...(key !== undefined && { keyTree: treeOf(await readPayload(key)) }),
      valueTree: treeOf(reading),
      ...(unread !== undefined && { unread }),
    }
  }

  async delete(body: unknown): Promise<{ deleted: boolean }> {
    const { funcname, hash } = strings(body, ['funcname', 'hash'])
    const adapter = this.#changing()
    adapter.checkHash?.(hash!)
    return { deleted: await adapter.open(funcname!).delete(hash!) }
  }

  async clear(body: unknown): Promise<{ cleared: number }> {
    const { funcname } = strings(body, ['funcname'])
    return { cleared: await this.#changing().open(funcname!).clear() }
  }

  #changing(): StoreAdapter {
    const { changing } = this.#store
    if (changing === undefined) throw new Unanswerable(403, 'this page was opened with --readonly')
    return changing
  }
}

function required(query: URLSearchParams, name: string): string {
  const text = query.get(name)
  if (text === null) throw new Unanswerable(400, `${name} is missing`)
  return text
}

function strings(body: unknown, names: readonly string[]): Readonly<Record<string, string>> {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  return Object.fromEntries(
    names.map((name) => {
      const text = Object.hasOwn(given, name) ? given[name] : undefined
      if (typeof text !== 'string') throw new Unanswerable(400, `${name} must be a string`)
      return [name, text]
    }),
  )
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new Unanswerable(400, `${text} is not a whole number`)
  return number
}
