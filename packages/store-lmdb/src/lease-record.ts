import type { Holder } from '@persist/store/holder'
import { type LeaseRecord as CommonRecord, readLeaseRecord } from '@persist/store/kit'

/** A lease as LMDB keeps it, in JSON. */
export interface LeaseRecord extends CommonRecord {
  /** Absent: the record names no process that can be looked for. */
  readonly holder?: Holder
  /** The number that the file system gives the file in which the lease was taken: a copy has another one. */
  readonly file?: number
}

export function encodeLease(record: LeaseRecord): Buffer {
  return Buffer.from(JSON.stringify(record))
}

/** Reads a lease field by field. `undefined`: this is no lease, so the key is free. */
export function decodeLease(bytes: Buffer | undefined): LeaseRecord | undefined {
  const found = bytes && jsonIn(bytes)
  const record = readLeaseRecord(found)
  if (record === undefined) return undefined
  const { holder, file } = found as { readonly holder?: unknown; readonly file?: unknown }
  if (!isHolder(holder)) return record
  return typeof file === 'number' ? { ...record, holder, file } : { ...record, holder }
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

/** Whether it names a process: the part of a path under `/proc` must be a number. */
function isHolder(holder: unknown): holder is Holder {
  const { host, pid, thread, start } = (holder ?? {}) as Record<string, unknown>
  return (
    typeof host === 'string' &&
    Number.isSafeInteger(pid) &&
    (pid as number) > 0 &&
    typeof thread === 'string' &&
    /^w?\d{1,20}$/.test(thread) &&
    typeof start === 'string'
  )
}
