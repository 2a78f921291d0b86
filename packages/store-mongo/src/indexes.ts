import type { PersistError } from '@persist/errors'
import type { Deed, Place } from './place.ts'

/** What the collection's indexes do by themselves. */
export interface Indexes {
  /** The server deletes what is past its `dropAt`; else we do. */
  readonly tidiesUp: boolean
}

const NOT_IMPLEMENTED = 238
const made = new WeakMap<Place, Promise<Indexes>>()

/** Makes the indexes of the collection, once. A server that lacks a kind of index does without. */
export function makeIndexes(place: Place, deed: Deed, report: (problem: PersistError) => void): Promise<Indexes> {
  let making = made.get(place)
  if (making === undefined) {
    making = make(place, deed, report).catch((error) => {
      made.delete(place)
      throw error
    })
    made.set(place, making)
  }
  return making
}

async function make(place: Place, deed: Deed, report: (problem: PersistError) => void): Promise<Indexes> {
  const attempt = async (fields: Record<string, 1>, options: object): Promise<boolean> => {
    try {
      await place.step(deed, (entries) => entries.createIndex(fields, { sparse: true, ...options }))
      return true
    } catch (error) {
      const { code, cause } = error as PersistError & { cause?: { code?: unknown } }
      if (code === 'ERR_PERSIST_STORE_UNAVAILABLE') throw error
      if (cause?.code !== NOT_IMPLEMENTED) report(error as PersistError)
      return false
    }
  }
  const tidiesUp = await attempt({ dropAt: 1 }, { expireAfterSeconds: 0 })
  await attempt({ tags: 1, _id: 1 }, {})
  return { tidiesUp }
}
