import type { EntryReader } from '@persist/core/codecs'
import type { ListedHead, StoreAdapter } from '@persist/store'
import { decodePayload } from '../entries/decode.ts'
import { readableKey } from '../entries/decode-entry.ts'
import { SummaryBuilder } from '../entries/summary.ts'
import { shortText } from './tree.ts'
import {
  AGE_SPANS,
  type FunctionDetails,
  type Order,
  type Progress,
  type Row,
  type Rows,
  SIZE_CLASSES,
} from './types.ts'

/** Further rows of a function are counted but not kept. */
const MAX_ROWS = 100_000
/** Lets other work of the process run between so many heads, even if the store is sync. */
const HEADS_PER_TICK = 500
const SHORT_KEY = 200

/** The functions and entries of the store, from one walk over all heads. */
export class Catalog {
  readonly #adapter: StoreAdapter
  readonly #entries: EntryReader
  readonly #now: () => number
  #rows = new Map<string, Row[]>()
  #functions: readonly FunctionDetails[] = []

  constructor(adapter: StoreAdapter, entries: EntryReader, now: () => number) {
    this.#adapter = adapter
    this.#entries = entries
    this.#now = now
  }

  get functions(): readonly FunctionDetails[] {
    return this.#functions
  }

  /**
   * Reads the functions again.
   *
   * @param report called now and then with what has been read.
   */
  async refresh(funcnames: readonly string[], report: (progress: Progress) => void = () => {}): Promise<void> {
    const functions: FunctionDetails[] = []
    const rows = new Map<string, Row[]>()
    let entries = 0
    for (const [index, funcname] of funcnames.entries()) {
      const found = await this.#walk(funcname, (read) => report({ functions: index, entries: entries + read }))
      entries += found.details.entries
      report({ functions: index + 1, entries })
      if (found.details.entries + found.details.damaged === 0) continue
      functions.push(found.details)
      rows.set(funcname, found.rows)
    }
    this.#functions = functions
    this.#rows = rows
  }

  /** The rows that match a search, sorted. */
  search(funcname: string, query: string, order: Order, descending: boolean, offset: number, limit: number): Rows {
    const all = this.#rows.get(funcname) ?? []
    const part = query.trim().toLowerCase()
    const found = part === '' ? [...all] : all.filter((row) => matches(row, part))
    found.sort((a, b) => (descending ? compare(b, a, order) : compare(a, b, order)))
    const details = this.#functions.find((one) => one.funcname === funcname)
    return {
      total: found.length,
      cut: (details?.entries ?? 0) > all.length,
      rows: found.slice(offset, offset + limit),
    }
  }

  async #walk(funcname: string, report: (read: number) => void): Promise<{ details: FunctionDetails; rows: Row[] }> {
    const now = this.#now()
    const sum = new SummaryBuilder(funcname, now)
    const ages = AGE_SPANS.map(() => 0)
    const sizes = SIZE_CLASSES.map(() => 0)
    const rows: Row[] = []
    // A key that was decoded before is not decoded again.
    const before = new Map((this.#rows.get(funcname) ?? []).map((row) => [row.hash, row]))
    let damaged = 0
    let read = 0
    for await (const head of this.#adapter.open(funcname, { report: () => damaged++ }).heads()) {
      sum.add(head)
      ages[
        Math.max(
          0,
          AGE_SPANS.findIndex(({ ms }) => now - head.createdAt < ms),
        )
      ]!++
      sizes[SIZE_CLASSES.findIndex(({ bytes }) => head.bytes < bytes)]!++
      if (rows.length < MAX_ROWS)
        rows.push(await rowFor(head, before.get(head.hash), () => readableKey(this.#entries, funcname, head)))
      if (++read % HEADS_PER_TICK === 0) {
        report(read)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    return { details: { ...sum.result, ages, sizes, damaged }, rows }
  }
}

/** The row from before if the entry is the same, else a new one. */
async function rowFor(head: ListedHead, before: Row | undefined, key: () => string | undefined): Promise<Row> {
  const isSame = before?.createdAt === head.createdAt && before.bytes === head.bytes
  return isSame && before.expiresAt === head.expiresAt && before.version === head.version ? before : rowOf(head, key())
}

/** The row for a head, whose key is given in clear. */
export async function rowOf(head: ListedHead, key: string | undefined): Promise<Row> {
  const { hash, createdAt, bytes, expiresAt, durationMs, version, tags } = head
  return {
    hash,
    createdAt,
    bytes,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(durationMs !== undefined && { durationMs }),
    ...(version !== undefined && { version }),
    ...(tags !== undefined && { tags }),
    ...(key !== undefined && { key: shortText(await decodePayload(key)).slice(0, SHORT_KEY) }),
  }
}

function matches({ hash, key = '', version = '', tags = [] }: Row, part: string): boolean {
  return [hash, key, version, ...tags].some((text) => text.toLowerCase().includes(part))
}

function compare(a: Row, b: Row, order: Order): number {
  const [one, other] = [a[order] ?? -1, b[order] ?? -1]
  if (one === other) return a.hash < b.hash ? -1 : 1
  return one < other ? -1 : 1
}
