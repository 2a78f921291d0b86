import type { TagFence } from '@persist/store'
import type { Collection, Filter } from 'mongodb'
import { newId } from './document.ts'
import { LAST_DATE } from './fields.ts'
import type { Ids } from './ids.ts'
import type { Deed, Entries, Place } from './place.ts'

/** How many deletions by tag a namespace has had since the epoch began. */
interface Counter {
  readonly _id: string
  /** Random: a counter that was removed and made again is another one. */
  readonly epoch: string
  readonly n: number
  readonly dropAt: Date
}

/** Which deletion was the last one of a tag. */
interface Tag {
  readonly _id: string
  readonly n: number
  readonly dropAt: Date
}

/** So many deletions are remembered for a namespace; a computation that began before them is refused. */
const KEPT = 100_000
const FORGET_EVERY = 10_000
const DAY = 86_400_000
/** How long a counter stays when nothing is asked of it, and with how little of that it is given the whole again. */
const LIFE_MS = 60 * DAY
const RENEWED_MS = 30 * DAY
/** With less than that its tags may be about to go as well, by some clock: then another epoch begins. */
const LAST_MS = DAY
/** A counter goes before the tags that count by it, whatever a clock says; and without it every mark is refused. */
const TAGS_OUTLIVE_MS = 365 * DAY
const DUPLICATE_KEY = 11000
const TRIES = 20

/**
 * The deletions by tag of one namespace, in documents that are no entries: a counter, and for each tag the number of its
 * last deletion. Needs `$inc` and `$max` of the server, and neither a transaction nor its clock.
 */
export class MongoTagFence implements TagFence<'async'> {
  readonly #place: Place
  readonly #ids: Ids
  readonly #namespace: string
  readonly #kept: number

  constructor(place: Place, ids: Ids, namespace: string, kept: number = KEPT) {
    this.#place = place
    this.#ids = ids
    this.#namespace = namespace
    this.#kept = kept
  }

  async mark(): Promise<string> {
    const counting = (entries: Entries) => this.#counter(countersIn(entries))
    const { epoch, n } = await this.#place.ask({ ...this.#deed('mark'), isLight: true }, counting)
    return `${epoch}.${n}`
  }

  async record(tag: string): Promise<void> {
    // Behind the number the tag is written; a mark of that number or a later one was taken after this had begun.
    const n = await this.#place.ask(this.#deed('record'), async (entries) => {
      const { epoch, n, dropAt } = await this.#counted(countersIn(entries))
      const outlived = new Date(Math.min(dropAt.getTime() + TAGS_OUTLIVE_MS, LAST_DATE))
      await noteLast(tagsIn(entries), this.#ids.tag(epoch, tag), n, outlived)
      return n
    })
    if (n % FORGET_EVERY === 0) this.#forget(n - this.#kept)
  }

  async hasDeleted(mark: string, tags: readonly string[]): Promise<boolean> {
    if (tags.length === 0) return false
    const [epoch = '', number] = mark.split('.')
    const since = Number(number)
    const counterId = this.#ids.tagCounter
    const ids = [...new Set(tags)].map((tag) => this.#ids.tag(epoch, tag))
    const found = await this.#place.ask({ ...this.#deed('hasDeleted'), isLight: true }, (entries) =>
      tagsIn(entries)
        .find(
          { _id: { $in: [...ids, counterId] } },
          {
            projection: { n: 1, epoch: 1, dropAt: 1 },
            // The counter is read last: what was forgotten by then shows in it.
            sort: { _id: 1 },
            batchSize: ids.length + 2,
            readPreference: 'primary',
          },
        )
        .toArray(),
    )
    const counter = found.find(({ _id }) => _id === counterId)
    if (!isCounter(counter) || counter.epoch !== epoch) return true
    if (!(since <= counter.n && counter.n - since <= this.#kept)) return true
    return found.some(({ _id, n }) => _id !== counterId && !(typeof n === 'number' && n <= since))
  }

  /** The counter, made if there is none that will stay for a while. */
  async #counter(counters: Collection<Counter>): Promise<Counter> {
    const _id = this.#ids.tagCounter
    for (let tries = 0; tries < TRIES; tries++) {
      const found = await counters.findOne({ _id }, { readPreference: 'primary' })
      const left = isCounter(found) ? found.dropAt.getTime() - Date.now() : 0
      if (isCounter(found) && left >= LAST_MS) {
        if (left < RENEWED_MS) await counters.updateOne({ _id, epoch: found.epoch }, { $max: { dropAt: end() } })
        return found
      }
      const begun = await this.#beginEpoch(counters, found)
      if (begun !== undefined) return begun
    }
    throw new Error('others keep on replacing the counter of deletions by tag')
  }

  /** `undefined`: another process did something about the counter meanwhile. */
  async #beginEpoch(counters: Collection<Counter>, found: Counter | null): Promise<Counter | undefined> {
    const _id = this.#ids.tagCounter
    const fresh = { epoch: newId(), n: 0, dropAt: end() }
    if (found === null) {
      return (await isDone(() => counters.insertOne({ _id, ...fresh }))) ? { _id, ...fresh } : undefined
    }
    const asSeen: Filter<Counter> = typeof found.epoch === 'string' ? { _id, epoch: found.epoch } : { _id }
    const { modifiedCount } = await counters.updateOne(asSeen, { $set: fresh })
    return modifiedCount === 1 ? { _id, ...fresh } : undefined
  }

  /** Counts one more deletion. */
  async #counted(counters: Collection<Counter>): Promise<Counter> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { _id, epoch } = await this.#counter(counters)
      const counted = await counters.findOneAndUpdate(
        { _id, epoch },
        { $inc: { n: 1 }, $max: { dropAt: end() } },
        { returnDocument: 'after' },
      )
      if (isCounter(counted)) return counted
    }
    throw new Error('others keep on replacing the counter of deletions by tag')
  }

  /** Removes what no mark asks for any more; what stays for another time costs only room. */
  #forget(number: number): void {
    const { first, end } = this.#ids.tags()
    this.#place
      .ask({ ...this.#deed('record'), isBehind: true, isLight: true }, (entries) =>
        tagsIn(entries).deleteMany({ _id: { $gte: first, $lt: end, $ne: this.#ids.tagCounter }, n: { $lte: number } }),
      )
      .catch(() => {})
  }

  #deed(operation: string): Deed {
    return { operation, namespace: this.#namespace }
  }
}

function end(): Date {
  return new Date(Date.now() + LIFE_MS)
}

async function noteLast(tags: Collection<Tag>, _id: string, n: number, dropAt: Date): Promise<void> {
  const note = () => tags.updateOne({ _id }, { $max: { n, dropAt } }, { upsert: true })
  // Two inserted at the same time; now there is one to change.
  if (!(await isDone(note))) await note()
}

/** `false`: another process had inserted the same document. */
async function isDone(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error
    return false
  }
}

/** Whether it can be counted by: what is in the collection may have been written by others. */
function isCounter(found: unknown): found is Counter {
  const { epoch, n, dropAt } = (found ?? {}) as Partial<Counter>
  return (
    typeof epoch === 'string' &&
    /^[\w-]{1,40}$/.test(epoch) &&
    Number.isSafeInteger(n) &&
    dropAt instanceof Date &&
    !Number.isNaN(dropAt.getTime())
  )
}

/** The same collection: entries and these live side by side, told apart by their ids. */
function countersIn(entries: Entries): Collection<Counter> {
  return entries as unknown as Collection<Counter>
}

function tagsIn(entries: Entries): Collection<Tag> {
  return entries as unknown as Collection<Tag>
}
