import { glance, type Rooms } from './environment.ts'

/** How many entries a namespace has, and how many bytes they take. */
export interface Totals {
  readonly entries: number
  readonly bytes: number
}

/** Puts a record in place; to be called inside a change. Gives the totals of the namespace. */
export function putEntry(rooms: Rooms, prefix: Buffer, key: Buffer, record: Buffer): Totals {
  const before = glance(rooms.entries, key)?.length
  rooms.entries.putSync(key, record)
  return addToTotals(rooms, prefix, before === undefined ? 1 : 0, record.length - (before ?? 0))
}

/** Takes an entry away; to be called inside a change. Tells whether there was one. */
export function removeEntry(rooms: Rooms, prefix: Buffer, key: Buffer): boolean {
  const bytes = glance(rooms.entries, key)?.length
  if (bytes === undefined) return false
  rooms.entries.removeSync(key)
  rooms.used.removeSync(key)
  addToTotals(rooms, prefix, -1, -bytes)
  return true
}

/** What the entries of a namespace come to. */
export function totalsOf({ totals }: Rooms, prefix: Buffer): Totals {
  const found = totals.get(prefix)
  return found === undefined
    ? { entries: 0, bytes: 0 }
    : { entries: found.readDoubleLE(0), bytes: found.readDoubleLE(8) }
}

function addToTotals(rooms: Rooms, prefix: Buffer, entries: number, bytes: number): Totals {
  const before = totalsOf(rooms, prefix)
  const now = { entries: before.entries + entries, bytes: before.bytes + bytes }
  const record = Buffer.allocUnsafe(16)
  record.writeDoubleLE(now.entries, 0)
  record.writeDoubleLE(now.bytes, 8)
  rooms.totals.putSync(prefix, record)
  return now
}
