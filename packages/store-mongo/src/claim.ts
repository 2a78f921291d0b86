import type { Entries } from './collection-access.ts'

const DUPLICATE_KEY = 11000
/** Clocks of machines that work together differ by less than this. */
const AHEAD_MS = 60_000

/**
 * Notes that this process now does a task that one of the processes has to do every `every` milliseconds. `false`: another
 * process has done the task recently, or is about to do it. A note from a clock that is ahead does not count: otherwise one
 * such machine would stop all others until the noted time.
 */
export async function claim(entries: Entries, _id: string, every: number): Promise<boolean> {
  const now = Date.now()
  const usedAt = new Date(now)
  const seen = await entries.findOne({ _id }, { projection: { usedAt: 1 }, readPreference: 'primary' })
  if (seen === null) return isInserted(entries, _id, usedAt)
  const noted = seen.usedAt instanceof Date ? seen.usedAt.getTime() : Number.NaN
  if (noted > now - every && noted <= now + AHEAD_MS) return false
  const asSeen = Number.isNaN(noted) ? { _id } : { _id, usedAt: new Date(noted) }
  return (await entries.updateOne(asSeen, { $set: { usedAt } })).modifiedCount === 1
}

async function isInserted(entries: Entries, _id: string, usedAt: Date): Promise<boolean> {
  try {
    await entries.insertOne({ _id, usedAt })
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false
    throw error
  }
}
