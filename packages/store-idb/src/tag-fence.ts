import type { TagFence } from '@persist/store'
import type { Database, Transaction } from './database.ts'
import { newId } from './lease.ts'

/** So many deleted tags of a namespace are remembered; a computation that began before the others is refused. */
const KEPT = 10_000

/** A transaction that reads the counters. */
interface Readable {
  objectStore(name: 'deletions'): { get(namespace: string): Promise<unknown> }
}

/** How many deletions a namespace has had since the epoch began. */
interface Counter {
  /** Random; empty: nothing was deleted yet. */
  readonly epoch: string
  readonly count: number
  /** Up to this deletion, tags are forgotten. */
  readonly forgotten: number
}

const NONE: Counter = { epoch: '', count: 0, forgotten: 0 }

/** The deletions by tag of one namespace. */
export class IdbTagFence implements TagFence<'async'> {
  readonly #namespace: string
  readonly #database: Database
  readonly #attempt: <T>(operation: string, act: () => Promise<T>) => Promise<T>
  readonly #kept: number

  constructor(
    namespace: string,
    database: Database,
    attempt: <T>(operation: string, act: () => Promise<T>) => Promise<T>,
    kept = KEPT,
  ) {
    this.#namespace = namespace
    this.#database = database
    this.#attempt = attempt
    this.#kept = kept
  }

  mark(): Promise<string> {
    return this.#attempt('mark', async () => {
      const counter = await this.#database.read(['deletions'], (transaction) => this.#counter(transaction))
      const { epoch, count } = counter ?? NONE
      return `${epoch}.${count}`
    })
  }

  async record(tag: string): Promise<void> {
    await this.#attempt('record', () =>
      this.#database.write(['deletions', 'deletedTags'], async (transaction) => {
        const before = await this.#counter(transaction)
        const epoch = before.epoch || newId()
        const count = before.count + 1
        const tags = transaction.objectStore('deletedTags')
        await tags.put({ order: [this.#namespace, count], count }, [this.#namespace, tag])
        const forgotten = Math.max(before.forgotten, await this.#forget(transaction))
        await transaction.objectStore('deletions').put({ epoch, count, forgotten } satisfies Counter, this.#namespace)
      }),
    )
  }

  hasDeleted(mark: string, tags: readonly string[]): Promise<boolean> {
    return this.#attempt('hasDeleted', async () => {
      const deleted = await this.#database.read(['deletions', 'deletedTags'], async (transaction) => {
        const { epoch, count, forgotten } = await this.#counter(transaction)
        const [, markEpoch, number] = /^([^.]*)\.(\d{1,15})$/.exec(mark) ?? []
        const since = Number(number)
        // A mark from before the first deletion has no epoch.
        if (markEpoch !== epoch && markEpoch !== '') return true
        if (!(since <= count && since >= forgotten)) return true
        for (const tag of tags) {
          const last = await transaction.objectStore('deletedTags').get([this.#namespace, tag])
          if (last !== undefined && !(Number((last as { count?: unknown }).count) <= since)) return true
        }
        return false
      })
      // Without a database nothing was deleted: except all of it, where there was one.
      return deleted ?? mark !== `${NONE.epoch}.${NONE.count}`
    })
  }

  /** Forgets the tag that was deleted longest ago, if there are too many. Returns the number of its deletion. */
  async #forget(transaction: Transaction<'deletions' | 'deletedTags'>): Promise<number> {
    const tags = transaction.objectStore('deletedTags')
    const ofNamespace = IDBKeyRange.bound([this.#namespace], [this.#namespace, []])
    if ((await tags.count(ofNamespace)) <= this.#kept) return 0
    const oldest = await tags.index('order').openCursor(ofNamespace)
    if (oldest === null) return 0
    await oldest.delete()
    return Number((oldest.value as { count?: unknown }).count) || 0
  }

  async #counter(transaction: Readable): Promise<Counter> {
    const found = (await transaction.objectStore('deletions').get(this.#namespace)) as Partial<Counter> | undefined
    if (found === undefined) return NONE
    const { epoch, count, forgotten } = found
    const isReadable = typeof epoch === 'string' && Number.isSafeInteger(count) && Number.isSafeInteger(forgotten)
    // The next deletion goes on from here; no mark has this epoch.
    return isReadable ? (found as Counter) : { epoch: 'unreadable', count: 0, forgotten: 0 }
  }
}
