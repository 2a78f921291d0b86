import type { LeaseHolder } from '@persist/store'
import { type Holder, trustedIds } from '@persist/store/holder'

/** A lease as LMDB keeps it, in JSON. */
export interface LeaseRecord {
  /** Tells this lease from every other. */
  readonly id: string
  /** How long it holds without a sign of life, in milliseconds; `0`: the record does not say. */
  readonly ms: number
  /** Counts the renewals: a sign of life that needs no clock in common. */
  readonly beat: number
  /** Absent: the record names none that can be looked for. */
  readonly holder?: Holder
  /** The holder's function has answered with a promise. */
  readonly promised?: boolean
  /** The ids of the leases that the holder waits for. */
  readonly waitsFor?: readonly string[]
}

/** Longer than any id that was ever written, and short enough to be kept in memory many times. */
const LONGEST_ID = 200

export function encodeLease(record: LeaseRecord): Buffer {
  return Buffer.from(JSON.stringify(record))
}

/** Reads a lease field by field; `undefined` for what is no lease: then the key is free. */
export function decodeLease(bytes: Buffer | undefined): LeaseRecord | undefined {
  const fields = bytes && objectIn(bytes)
  if (fields === undefined) return undefined
  const { id, ms, beat, holder, promised, waitsFor } = fields
  const ids = trustedIds(waitsFor)
  if (typeof id !== 'string' || id.length > LONGEST_ID) return undefined
  return {
    id,
    ms: typeof ms === 'number' && ms > 0 ? ms : 0,
    beat: Number.isSafeInteger(beat) ? (beat as number) : 0,
    ...(isHolder(holder) && { holder }),
    ...(promised === true && { promised }),
    ...(ids.length > 0 && { waitsFor: ids }),
  }
}

/** What others may know of a lease. */
export function describe({ id, promised = false, waitsFor }: LeaseRecord): LeaseHolder {
  return { id, promised, ...(waitsFor && { waitsFor }) }
}

function objectIn(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(bytes.toString())
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Whether it names a process: what is looked for under `/proc` must be a number, and no path. */
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
