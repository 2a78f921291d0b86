import { hostname } from 'node:os'
import type { Entry, Lease, LeaseOptions } from '@persist/store'
import { type LeaseLook, leaseHolder, type RecordObserver, type Seen, trustedMs } from '@persist/store/kit'
import type { CollectionAccess, Entries, Operation } from './collection-access.ts'
import { type EntryDocument, newId } from './entry-codec.ts'
import { type LeaseRecord, readLease } from './lease-record.ts'
import type { Writer } from './writer.ts'

/** Long enough that few clocks are wrong by it: a lease that no process asked for again goes with the server's own tidying. */
const LEFT_OVER_MS = 7 * 86_400_000
const MOST_ENDED = 10_000
const STEAL_TRIES = 20
/** After so many tries a lease that cannot be compared is replaced without a comparison. */
const COMPARING_TRIES = 5
const DUPLICATE_KEY = 11000
/** For people who look into the collection. */
const HOLDER = `${hostName()}/${process.pid}`

/** Empty where the program may not ask for it, as in Deno without `--allow-sys`. */
function hostName(): string {
  try {
    return hostname()
  } catch {
    return ''
  }
}
/** What is read of a document to decide about its lease. */
const LEASE_PART = { gen: 1, chunks: 1, dropAt: 1, lease: 1 } as const

/** A lease that was taken, and what it stands on. */
interface Taken {
  /** There was no document. */
  readonly isNew: boolean
  /** The document has an end, which is put off while the lease is renewed. */
  readonly ends: boolean
  /** The generation whose chunks a publish makes superfluous. */
  readonly chunked: string | undefined
}

/** What came of asking for a lease: it was taken, or another one is in the way. */
interface Taking {
  readonly taken?: Taken
  readonly heldBy?: LeaseRecord | undefined
}

/** Who computes what, in this namespace. */
export class Leases {
  readonly #access: CollectionAccess
  readonly #writer: Writer
  readonly #observer: RecordObserver
  /** Ids whose lease is held here: what is read under a lease must be as fresh as the lease. */
  readonly #held = new Set<string>()
  /** Leases of ours whose end did not reach the server: no call has to wait for them. */
  readonly #ended = new Set<string>()

  constructor(access: CollectionAccess, writer: Writer, observer: RecordObserver) {
    this.#access = access
    this.#writer = writer
    this.#observer = observer
  }

  isHeld(id: string): boolean {
    return this.#held.has(id)
  }

  /**
   * Takes the lease on an id: by inserting a document that only one can insert, or by changing one that is still as it
   * was seen. No other operation is needed, and no clock of the server: every server that speaks the protocol has these.
   */
  async take(
    id: string,
    ms: number,
    { steal = false, onHeld }: LeaseOptions,
    operation: Operation,
  ): Promise<Lease<'async'> | undefined> {
    const mark: LeaseRecord = { id: newId(), beat: 0, ms, holder: HOLDER }
    const { taken, heldBy } = await this.#access.run({ ...operation, isLight: true }, (entries) =>
      this.#tryToTake(entries, id, mark, steal),
    )
    if (taken === undefined) {
      if (heldBy !== undefined) onHeld?.(leaseHolder(heldBy))
      return undefined
    }
    this.#observer.forget(id)
    this.#held.add(id)
    return this.#lease(id, mark, taken, operation)
  }

  async #tryToTake(entries: Entries, id: string, mark: LeaseRecord, steal: boolean | string): Promise<Taking> {
    const isById = typeof steal === 'string'
    let heldBy: LeaseRecord | undefined
    // Who waits asks again and again: the first question inserts, the next ones only look.
    let inserting = !isById && !this.#observer.has(id)
    for (let tries = 0; tries < STEAL_TRIES; tries++) {
      if (inserting && (await inserted(entries, id, mark))) {
        return { taken: { isNew: true, ends: true, chunked: undefined } }
      }
      const seen = await entries.findOne({ _id: id }, { projection: LEASE_PART, readPreference: 'primary' })
      if (seen === null && isById) return {}
      inserting = seen === null
      if (seen === null) continue
      heldBy = readLease(seen.lease)
      const chunked = seen.chunks === undefined ? undefined : seen.gen
      const taken = { isNew: false, ends: seen.dropAt !== undefined, chunked }
      // It had arrived although its answer was lost.
      if (heldBy?.id === mark.id) return { taken }
      if (isById && heldBy?.id !== steal) return { heldBy }
      const look = steal || heldBy === undefined ? undefined : this.#look(id, heldBy, mark.ms)
      if (look?.seen !== undefined) await noteSeen(entries, id, heldBy!, look.seen)
      if (look?.isLost === false) return { heldBy }
      const asSeen = { ...entryAsSeen(seen), ...leaseAsSeen(seen, heldBy, steal !== false, tries < COMPARING_TRIES) }
      if (await replaced(entries, asSeen, seen, mark)) return { taken }
    }
    return { heldBy }
  }

  #lease(id: string, mark: LeaseRecord, { isNew, ends, chunked }: Taken, operation: Operation): Lease<'async'> {
    const mine = { _id: id, 'lease.id': mark.id }
    const lost = () => {
      this.#held.delete(id)
      return false
    }
    const as = (name: string) => ({ ...operation, operation: name })
    return {
      id: mark.id,
      ...(isNew && { foundNothing: true }),
      waitsFor: async (ids: readonly string[]) => {
        const noted = { ...as('waitsFor'), isLight: true, isInBackground: true }
        await this.#access.run(noted, (entries) => entries.updateOne(mine, { $set: { 'lease.waitsFor': ids } }))
      },
      publish: async (entry: Entry) => {
        const publishing = { ...as('publish'), isForResult: true }
        const published = await this.#ending(mark, () => this.#writer.publish(entry, mark.id, chunked, publishing))
        this.#held.delete(id)
        return published
      },
      renew: async (ms: number) => {
        const later = ends ? { dropAt: new Date(Date.now() + LEFT_OVER_MS + ms) } : {}
        const renewed = await this.#access.run({ ...as('renew'), isLight: true }, (entries) =>
          entries.updateOne(mine, {
            $inc: { 'lease.beat': 1 },
            $set: { 'lease.ms': ms },
            ...(ends && { $max: later }),
          }),
        )
        return renewed.matchedCount === 1 || lost()
      },
      release: async () => {
        lost()
        const release = async (entries: Entries) => {
          const { deletedCount } = await entries.deleteOne({ ...mine, gen: { $exists: false } })
          if (deletedCount === 0) await entries.updateOne(mine, { $unset: { lease: '' } })
        }
        await this.#ending(mark, () => this.#access.run({ ...as('release'), isLight: true }, release))
      },
    }
  }

  /** Its holder is gone: silent for its time, or here. */
  #look(id: string, lease: LeaseRecord, own: number): LeaseLook {
    if (this.#ended.has(lease.id)) return { isLost: true }
    return this.#observer.look(id, lease, trustedMs(lease.ms, own))
  }

  async #ending<T>({ id }: LeaseRecord, end: () => Promise<T>): Promise<T> {
    try {
      return await end()
    } catch (error) {
      this.#ended.add(id)
      if (this.#ended.size > MOST_ENDED) this.#ended.delete(this.#ended.values().next().value!)
      throw error
    }
  }
}

/** Shares with other processes what this one has seen. A failure only makes them wait longer. */
async function noteSeen(entries: Entries, _id: string, { id, beat }: LeaseRecord, seen: Seen): Promise<void> {
  try {
    await entries.updateOne({ _id, 'lease.id': id, 'lease.beat': beat }, { $set: { 'lease.seen': seen } })
  } catch {}
}

async function inserted(entries: Entries, id: string, lease: LeaseRecord): Promise<boolean> {
  try {
    await entries.insertOne({ _id: id, lease, dropAt: new Date(Date.now() + LEFT_OVER_MS + lease.ms) })
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false
    throw error
  }
}

function entryAsSeen({ _id, gen }: EntryDocument): object {
  return { _id, gen: gen === undefined ? { $exists: false } : { $eq: gen } }
}

/** A filter for the lease that was seen. */
function leaseAsSeen(
  { lease }: EntryDocument,
  mark: LeaseRecord | undefined,
  steal: boolean,
  compare: boolean,
): object {
  if (lease === undefined) return { lease: { $exists: false } }
  // What is no lease is compared as a whole. Some values are not equal to themselves once they were read.
  if (mark === undefined) return compare ? { lease: { $eq: lease } } : {}
  // A thief does not care how alive the holder is.
  return steal || typeof lease.beat !== 'number'
    ? { 'lease.id': mark.id }
    : { 'lease.id': mark.id, 'lease.beat': mark.beat }
}

/** Puts the lease into a document, if that is as it was seen. */
async function replaced(entries: Entries, asSeen: object, seen: EntryDocument, lease: LeaseRecord): Promise<boolean> {
  const atLeast = new Date(Date.now() + LEFT_OVER_MS + lease.ms)
  const putOff = seen.dropAt instanceof Date && seen.dropAt < atLeast ? { dropAt: atLeast } : {}
  const { modifiedCount } = await entries.updateOne(asSeen, { $set: { lease, ...putOff } })
  return modifiedCount === 1
}
