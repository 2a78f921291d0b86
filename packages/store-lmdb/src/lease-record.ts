import type { Holder } from '@persist/store/holder'

/** A lease as LMDB keeps it, in JSON. */
export interface LeaseRecord {
  /** Tells this lease from every other. */
  readonly id: string
  /** How long it holds without a sign of life, in milliseconds. */
  readonly ms: number
  /** Counts the renewals: a sign of life that needs no clock in common. */
  readonly beat: number
  readonly holder: Holder
}

export function encodeLease(record: LeaseRecord): Buffer {
  return Buffer.from(JSON.stringify(record))
}

/** `undefined` for what is no lease: then nobody holds it. */
export function decodeLease(bytes: Buffer | undefined): LeaseRecord | undefined {
  if (bytes === undefined) return undefined
  try {
    const record = JSON.parse(bytes.toString()) as LeaseRecord
    return typeof record.id === 'string' && typeof record.ms === 'number' && record.holder ? record : undefined
  } catch {
    return undefined
  }
}
