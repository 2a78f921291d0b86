import type { PersistError } from '@persist/errors'
import { mayPass } from '@persist/store/kit'
import type { CollectionAccess, Operation } from './collection-access.ts'

/** What the collection's indexes do by themselves. */
export interface Indexes {
  /** The server deletes what is past its `dropAt`; else we do. */
  readonly tidiesUp: boolean
}

const NOT_IMPLEMENTED = 238
const made = new WeakMap<CollectionAccess, Promise<Indexes>>()

/** Makes the indexes of the collection, once. A server that lacks a kind of index does without. */
export function makeIndexes(
  access: CollectionAccess,
  operation: Operation,
  report: (problem: PersistError) => void,
): Promise<Indexes> {
  let making = made.get(access)
  if (making === undefined) {
    making = make(access, operation, report).catch((error) => {
      made.delete(access)
      throw error
    })
    made.set(access, making)
  }
  return making
}

async function make(
  access: CollectionAccess,
  operation: Operation,
  report: (problem: PersistError) => void,
): Promise<Indexes> {
  const attempt = async (fields: Record<string, 1>, options: object): Promise<boolean> => {
    try {
      await access.runStep(operation, (entries) => entries.createIndex(fields, { sparse: true, ...options }))
      return true
    } catch (error) {
      const { cause } = error as PersistError & { cause?: { code?: unknown } }
      if (mayPass(error)) throw error
      if (cause?.code !== NOT_IMPLEMENTED) report(error as PersistError)
      return false
    }
  }
  const tidiesUp = await attempt({ dropAt: 1 }, { expireAfterSeconds: 0 })
  await attempt({ tags: 1, _id: 1 }, {})
  return { tidiesUp }
}
