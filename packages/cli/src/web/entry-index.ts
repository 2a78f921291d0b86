import type { ListedHead, StoreAdapter } from '@persist/store'
import { readPayload } from '../payload.ts'
import { Sum } from '../summary.ts'
import { shortText } from './tree.ts'
import { AGE_SPANS, type FunctionShape, type Order, type Row, type Rows, SIZE_CLASSES } from './types.ts'

/** More rows of a function are counted, but not kept. */
const MOST_ROWS = 100_000
/** The number of heads after which other requests get a turn, because a sync store never waits. */
const HEADS_A_TURN = 500
const SHORT_KEY = 200

/** The rows and numbers of the page, from one walk over all heads of the store. */
export class EntryIndex {
  readonly #adapter: StoreAdapter
  readonly #now: () => number
  #rows = new Map<string, Row[]>()
  #functions: readonly FunctionShape[] = []

  constructor(adapter: StoreAdapter, now: () => number) {
    this.#adapter = adapter
    this.#now = now
  }

  get functions(): readonly FunctionShape[] {
    return this.#functions
  }

  /** Reads the heads of the functions again. */
  async refresh(funcnames: readonly string[]): Promise<void> {
    const functions: FunctionShape[] = []
    const rows = new Map<string, Row[]>()
    for (const funcname of funcnames) {
      const found = await this.#walk(funcname)
      if (found.shape.entries + found.shape.damaged === 0) continue
      functions.push(found.shape)
      rows.set(funcname, found.rows)
    }
    this.#functions = functions
    this.#rows = rows
  }

  /** The rows that match a search, sorted. */
  search(funcname: string, wanted: string, order: Order, descending: boolean, offset: number, limit: number): Rows {
    const all = this.#rows.get(funcname) ?? []
    const part = wanted.trim().toLowerCase()
    const found = part === '' ? [...all] : all.filter((row) => matches(row, part))
    found.sort((a, b) => (descending ? compare(b, a, order) : compare(a, b, order)))
    const shape = this.#functions.find((one) => one.funcname === funcname)
    return {
      total: found.length,
      cut: (shape?.entries ?? 0) > all.length,
      rows: found.slice(offset, offset + limit),
    }
  }

  async #walk(funcname: string): Promise<{ shape: FunctionShape; rows: Row[] }> {
    const now = this.#now()
    const sum = new Sum(funcname, now)
    const ages = AGE_SPANS.map(() => 0)
    const sizes = SIZE_CLASSES.map(() => 0)
    const rows: Row[] = []
    // Keys of known rows are not read again.
    const before = new Map((this.#rows.get(funcname) ?? []).map((row) => [row.hash, row]))
    let damaged = 0
    let heads = 0
    for await (const head of this.#adapter.open(funcname, { report: () => damaged++ }).heads()) {
      sum.add(head)
      ages[
        Math.max(
          0,
          AGE_SPANS.findIndex(({ ms }) => now - head.createdAt < ms),
        )
      ]!++
      sizes[SIZE_CLASSES.findIndex(({ bytes }) => head.bytes < bytes)]!++
      if (rows.length < MOST_ROWS) rows.push(await rowFor(head, before.get(head.hash)))
      if (++heads % HEADS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    return { shape: { ...sum.result, ages, sizes, damaged }, rows }
  }
}

/** The earlier row, if the entry is the same. */
async function rowFor(head: ListedHead, before: Row | undefined): Promise<Row> {
  const isSame = before?.createdAt === head.createdAt && before.bytes === head.bytes
  return isSame && before.expiresAt === head.expiresAt && before.version === head.version ? before : rowOf(head)
}

/** Makes the row of a head. */
export async function rowOf(head: ListedHead): Promise<Row> {
  const { hash, createdAt, bytes, expiresAt, durationMs, version, tags, key } = head
  return {
    hash,
    createdAt,
    bytes,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(durationMs !== undefined && { durationMs }),
    ...(version !== undefined && { version }),
    ...(tags !== undefined && { tags }),
    ...(key !== undefined && { key: shortText(await readPayload(key)).slice(0, SHORT_KEY) }),
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
