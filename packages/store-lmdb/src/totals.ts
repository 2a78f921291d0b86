import { type Databases, peek } from './environment.ts'
import { endOf } from './keys.ts'

const RECORD_BYTES = 16

/** How many entries a namespace has, and how many bytes they take. */
export interface Totals {
  readonly entries: number
  readonly bytes: number
}

/** Puts a record in place; to be called inside a change. Gives the totals of the namespace. */
export function putEntry(databases: Databases, prefix: Buffer, key: Buffer, record: Buffer): Totals {
  const before = peek(databases.entries, key)?.length
  databases.entries.putSync(key, record)
  return addToTotals(databases, prefix, before === undefined ? 1 : 0, record.length - (before ?? 0))
}

/** Removes an entry; to be called inside a change. Returns whether there was one. */
export function removeEntry(databases: Databases, prefix: Buffer, key: Buffer): boolean {
  const bytes = peek(databases.entries, key)?.length
  if (bytes === undefined) return false
  databases.entries.removeSync(key)
  databases.used.removeSync(key)
  addToTotals(databases, prefix, -1, -bytes)
  return true
}

/** The totals of a namespace. */
export function totalsOf(databases: Databases, prefix: Buffer): Totals {
  const found = databases.totals.get(prefix)
  if (found === undefined) return { entries: 0, bytes: 0 }
  return totalsIn(found) ?? counted(databases, prefix)
}

function addToTotals(databases: Databases, prefix: Buffer, entries: number, bytes: number): Totals {
  const found = databases.totals.get(prefix)
  const before = found === undefined ? { entries: 0, bytes: 0 } : totalsIn(found)
  const now =
    before === undefined
      ? counted(databases, prefix)
      : { entries: before.entries + entries, bytes: before.bytes + bytes }
  const record = Buffer.allocUnsafe(RECORD_BYTES)
  record.writeDoubleLE(now.entries, 0)
  record.writeDoubleLE(now.bytes, 8)
  databases.totals.putSync(prefix, record)
  return now
}

/** `undefined`: these are no totals. They would spoil every later sum. */
function totalsIn(record: Buffer): Totals | undefined {
  if (record.length !== RECORD_BYTES) return undefined
  const totals = { entries: record.readDoubleLE(0), bytes: record.readDoubleLE(8) }
  return Object.values(totals).every((sum) => Number.isSafeInteger(sum) && sum >= 0) ? totals : undefined
}

function counted({ entries }: Databases, prefix: Buffer): Totals {
  const totals = { entries: 0, bytes: 0 }
  for (const { value } of entries.getRange({ start: prefix, end: endOf(prefix) })) {
    totals.entries++
    totals.bytes += value.length
  }
  return totals
}
