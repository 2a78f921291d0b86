import { hostname } from 'node:os'
import type { Entry, Lease, LeaseOptions } from '@persist/store'
import { type EntryDocument, type LeaseMark, newId } from './document.ts'
import type { Deed, Entries, Place } from './place.ts'
import type { Sightings } from './sightings.ts'
import type { Writer } from './writer.ts'

/** Long enough that no clock is wrong by it: a lease that nobody asked for again goes with the server's own tidying. */
const LEFT_OVER_MS = 86_400_000
const MOST_ENDED = 10_000
const STEAL_TRIES = 20
const DUPLICATE_KEY = 11000
/** For people who look into the collection. */
const HOLDER = `${hostname()}/${process.pid}`
/** What is read of a document to decide about its lease. */
const LEASE_PART = { gen: 1, chunks: 1, dropAt: 1, lease: 1 } as const

/** A lease that was taken, and what it stands on. */
interface Taken {
  readonly mark: LeaseMark
  /** There was no document. */
  readonly isNew: boolean
  /** The document has an end, which is put off while the lease is renewed. */
  readonly ends: boolean
  /** The generation whose chunks a publish makes superfluous. */
  readonly chunked: string | undefined
}

/** Who computes what, in this namespace. */
export class Leases {
  readonly #place: Place
  readonly #writer: Writer
  readonly #sightings: Sightings
  /** Ids whose lease is held here: what is read under a lease must be as fresh as the lease. */
  readonly #held = new Set<string>()
  /** Leases of ours whose end the server may not know of, since it could not be told: nobody has to wait for them. */
  readonly #ended = new Set<string>()

  constructor(place: Place, writer: Writer, sightings: Sightings) {
    this.#place = place
    this.#writer = writer
    this.#sightings = sightings
  }

  isHeld(id: string): boolean {
    return this.#held.has(id)
  }

  /**
   * Takes the lease on an id: by inserting a document that only one can insert, or by changing one that is still as it
   * was seen. No other operation is needed, and no clock of the server: every server that speaks the protocol has these.
   */
  async take(id: string, ms: number, { steal = false }: LeaseOptions, deed: Deed): Promise<Lease<'async'> | undefined> {
    const mark: LeaseMark = { id: newId(), beat: 0, ms, holder: HOLDER }
    const taken = await this.#place.ask({ ...deed, isLight: true }, (entries) =>
      this.#tryToTake(entries, id, mark, steal === true),
    )
    if (taken === undefined) return undefined
    this.#sightings.forget(id)
    this.#held.add(id)
    return this.#lease(id, taken, deed)
  }

  async #tryToTake(entries: Entries, id: string, mark: LeaseMark, steal: boolean): Promise<Taken | undefined> {
    // Who waits asks again and again: the first question inserts, the next ones only look.
    let inserting = !this.#sightings.has(id)
    for (let tries = 0; tries < STEAL_TRIES; tries++) {
      if (inserting && (await inserted(entries, id, mark))) return { mark, isNew: true, ends: true, chunked: undefined }
      const seen = await entries.findOne({ _id: id }, { projection: LEASE_PART, readPreference: 'primary' })
      inserting = seen === null
      if (seen === null) continue
      const taken = {
        mark,
        isNew: false,
        ends: seen.dropAt !== undefined,
        chunked: seen.chunks === undefined ? undefined : seen.gen,
      }
      // The insert had arrived although its answer was lost.
      if (seen.lease?.id === mark.id) return taken
      if (seen.lease !== undefined && !steal && !this.#isOver(id, seen.lease)) return undefined
      if (await replaced(entries, seen, mark, steal)) return taken
      if (!steal) return undefined
    }
    return undefined
  }

  #lease(id: string, { mark, isNew, ends, chunked }: Taken, deed: Deed): Lease<'async'> {
    const mine = { _id: id, 'lease.id': mark.id }
    const lost = () => {
      this.#held.delete(id)
      return false
    }
    const as = (operation: string) => ({ ...deed, operation })
    return {
      ...(isNew && { foundNothing: true }),
      publish: async (entry: Entry) => {
        const published = await this.#ending(mark, () => this.#writer.publish(entry, mark.id, chunked, as('publish')))
        this.#held.delete(id)
        return published
      },
      renew: async (ms: number) => {
        const later = ends ? { dropAt: new Date(Date.now() + LEFT_OVER_MS + ms) } : {}
        const renewed = await this.#place.ask({ ...as('renew'), isLight: true }, (entries) =>
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
        await this.#ending(mark, () => this.#place.ask({ ...as('release'), isLight: true }, release))
      },
    }
  }

  /** Its holder is gone: silent for its time, or here. */
  #isOver(id: string, lease: LeaseMark): boolean {
    return this.#ended.has(lease.id) || this.#sightings.isDead(id, lease)
  }

  async #ending<T>({ id }: LeaseMark, end: () => Promise<T>): Promise<T> {
    try {
      return await end()
    } catch (error) {
      this.#ended.add(id)
      if (this.#ended.size > MOST_ENDED) this.#ended.delete(this.#ended.values().next().value!)
      throw error
    }
  }
}

async function inserted(entries: Entries, id: string, lease: LeaseMark): Promise<boolean> {
  try {
    await entries.insertOne({ _id: id, lease, dropAt: new Date(Date.now() + LEFT_OVER_MS + lease.ms) })
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false
    throw error
  }
}

/** Puts the lease into a document, if that is as it was seen. */
async function replaced(entries: Entries, seen: EntryDocument, lease: LeaseMark, steal: boolean): Promise<boolean> {
  const asSeen = {
    _id: seen._id,
    gen: seen.gen ?? { $exists: false },
    ...(seen.lease === undefined
      ? { lease: { $exists: false } }
      : // A thief does not care how alive the holder is.
        { 'lease.id': seen.lease.id, ...(!steal && { 'lease.beat': seen.lease.beat }) }),
  }
  const atLeast = new Date(Date.now() + LEFT_OVER_MS + lease.ms)
  const putOff = seen.dropAt instanceof Date && seen.dropAt < atLeast ? { dropAt: atLeast } : {}
  const { modifiedCount } = await entries.updateOne(asSeen, { $set: { lease, ...putOff } })
  return modifiedCount === 1
}
