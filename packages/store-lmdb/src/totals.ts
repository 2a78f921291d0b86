import { glance, type Rooms } from './environment.ts'
import { endOf } from './keys.ts'

const RECORD_BYTES = 16

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
export function totalsOf(rooms: Rooms, prefix: Buffer): Totals {
  const found = rooms.totals.get(prefix)
  if (found === undefined) return { entries: 0, bytes: 0 }
  return totalsIn(found) ?? counted(rooms, prefix)
}

function addToTotals(rooms: Rooms, prefix: Buffer, entries: number, bytes: number): Totals {
  const found = rooms.totals.get(prefix)
  const before = found === undefined ? { entries: 0, bytes: 0 } : totalsIn(found)
  const now =
    before === undefined ? counted(rooms, prefix) : { entries: before.entries + entries, bytes: before.bytes + bytes }
  const record = Buffer.allocUnsafe(RECORD_BYTES)
  record.writeDoubleLE(now.entries, 0)
  record.writeDoubleLE(now.bytes, 8)
  rooms.totals.putSync(prefix, record)
  return now
}

/** `undefined` for what are no totals: added to, they would spoil every later sum. */
function totalsIn(record: Buffer): Totals | undefined {
  if (record.length !== RECORD_BYTES) return undefined
  const totals = { entries: record.readDoubleLE(0), bytes: record.readDoubleLE(8) }
  return Object.values(totals).every((sum) => Number.isSafeInteger(sum) && sum >= 0) ? totals : undefined
}

function counted({ entries }: Rooms, prefix: Buffer): Totals {
  const totals = { entries: 0, bytes: 0 }
  for (const { value } of entries.getRange({ start: prefix, end: endOf(prefix) })) {
    totals.entries++
    totals.bytes += value.length
  }
  return totals
}
