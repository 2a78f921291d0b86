import type { TagFence } from '@persist/store'
import type { Collection } from 'mongodb'
import type { CollectionAccess, Entries, Operation } from './collection-access.ts'
import { newId } from './entry-codec.ts'
import { LAST_DATE } from './fields.ts'
import type { Ids } from './ids.ts'

/** One step in the order of a namespace's deletions by tag. */
interface Step {
  /** Ends with the step's number. */
  readonly _id: string
  /** Random: a step that was removed and made again is another one. */
  readonly name: string
  /** Digest of the tag that was deleted; absent: it is only there to be a mark. */
  readonly tag?: string
  /** Later than that of every step before, so that a mark goes before what came after it. */
  readonly dropAt: Date
}

/** So many steps are kept; a computation that began before them is refused. */
const KEPT = 100_000
const FORGET_EVERY = 1_000
const LAST_NUMBER = 999_999_999_999_999
const DAY = 86_400_000
const LIFE_MS = 60 * DAY
/** A mark is a step that stays for so long at least, by the clock of the computation that it is for. */
const MARK_STAYS_MS = 30 * DAY
const DUPLICATE_KEY = 11000
const TRIES = 100

/**
 * The deletions by tag of one namespace: a log of documents that are no entries, whose ids are numbered. A
 * number goes to one process only, since only one can insert an id; that holds on servers, too, that find and change a
 * document in two steps, where a counter would lose counts. A mark is the last document of the log: as long as that one is
 * there, everything after it is there as well.
 */
export class MongoTagFence implements TagFence<'async'> {
  readonly #access: CollectionAccess
  readonly #ids: Ids
  readonly #namespace: string
  readonly #kept: number
  #recording: Promise<void> = Promise.resolve()

  constructor(access: CollectionAccess, ids: Ids, namespace: string, kept: number = KEPT) {
    this.#access = access
    this.#ids = ids
    this.#namespace = namespace
    this.#kept = kept
  }

  async mark(): Promise<string> {
    const marking = (entries: Entries) => this.#step(stepsIn(entries), {}, isMark)
    const { _id, name } = await this.#access.run({ ...this.#operation('mark'), isLight: true }, marking)
    return `${this.#ids.numberIn(_id)}.${name}`
  }

  /** One after the other in this process, so as not to compete with itself for the next number. */
  record(tag: string): Promise<void> {
    const digest = this.#ids.digestOf(tag)
    const recorded = this.#recording.then(() => this.#record(digest))
    this.#recording = recorded.catch(() => {})
    return recorded
  }

  async hasDeleted(mark: string, tags: readonly string[]): Promise<boolean> {
    if (tags.length === 0) return false
    const [number, name = ''] = mark.split('.')
    const since = Number(number)
    if (!Number.isSafeInteger(since) || since < 0) return true
    const digests = [...new Set(tags)].map((tag) => this.#ids.digestOf(tag))
    const [first, second] = await this.#access.run({ ...this.#operation('hasDeleted'), isLight: true }, (entries) =>
      stepsIn(entries)
        .find(
          {
            _id: { $gte: this.#ids.step(since), $lt: this.#ids.steps.end },
            $or: [{ name }, { tag: { $in: digests } }],
          },
          { projection: { name: 1 }, sort: { _id: 1 }, limit: 2, readPreference: 'primary' },
        )
        .toArray(),
    )
    const isMarkThere = first?._id === this.#ids.step(since) && first.name === name
    return !isMarkThere || second !== undefined
  }

  /** The last step, whatever it looks like. */
  #last(steps: Collection<Step>): Promise<Step | null> {
    const { first, end } = this.#ids.steps
    return steps.findOne({ _id: { $gte: first, $lt: end } }, { sort: { _id: -1 }, readPreference: 'primary' })
  }

  async #record(tag: string): Promise<void> {
    const recording = (entries: Entries) => this.#step(stepsIn(entries), { tag }, () => false)
    const { _id } = await this.#access.run(this.#operation('record'), recording)
    const number = this.#ids.numberIn(_id)
    if (number % FORGET_EVERY === 0) this.#forget(number - this.#kept)
  }

  /** The last step, if it will do; else a new one after it. */
  async #step(steps: Collection<Step>, fields: Pick<Step, 'tag'>, willDo: (last: Step) => boolean): Promise<Step> {
    for (let tries = 0; tries < TRIES; tries++) {
      const last = await this.#last(steps)
      if (isStep(last) && willDo(last)) return last
      const number = last === null ? 0 : this.#ids.numberIn(last._id)
      // A log that nothing can be added to is none of ours: marks in it are refused from now on.
      if (!(number < LAST_NUMBER)) await this.#removeAll(steps)
      else {
        const step = { _id: this.#ids.step(number + 1), name: newId(), ...fields, dropAt: endAfter(last) }
        if (await isInserted(steps, step)) return step
      }
    }
    throw new Error('too many processes record deletions by tag at the same time')
  }

  async #removeAll(steps: Collection<Step>): Promise<void> {
    const { first, end } = this.#ids.steps
    await steps.deleteMany({ _id: { $gte: first, $lt: end } })
  }

  /** Removes steps that are no marks any more; what stays for another time costs only room. */
  #forget(number: number): void {
    if (number < 0) return
    this.#access
      .run({ ...this.#operation('record'), isInBackground: true, isLight: true }, (entries) =>
        stepsIn(entries).deleteMany({ _id: { $gte: this.#ids.steps.first, $lt: this.#ids.step(number) } }),
      )
      .catch(() => {})
  }

  #operation(operation: string): Operation {
    return { operation, namespace: this.#namespace, isForResult: true }
  }
}

/** Whether a step stays for long enough to be the mark of a computation that begins now. */
function isMark({ dropAt }: Step): boolean {
  return dropAt.getTime() - Date.now() >= MARK_STAYS_MS
}

function endAfter(last: Step | null): Date {
  const before = isStep(last) ? last.dropAt.getTime() + 1 : 0
  return new Date(Math.min(Math.max(Date.now() + LIFE_MS, before), LAST_DATE))
}

/** Whether it can be a mark: what is in the collection may have been written by others. */
function isStep(found: Step | null): found is Step {
  const { name, dropAt } = found ?? {}
  return typeof name === 'string' && /^[\w-]{1,40}$/.test(name) && isDate(dropAt)
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime())
}

async function isInserted(steps: Collection<Step>, step: Step): Promise<boolean> {
  try {
    await steps.insertOne(step)
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false
    throw error
  }
}

/** The same collection: entries and steps live side by side, with different ids. */
function stepsIn(entries: Entries): Collection<Step> {
  return entries as unknown as Collection<Step>
}
