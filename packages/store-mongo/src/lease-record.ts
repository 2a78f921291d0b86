import { type LeaseRecord as CommonRecord, readLeaseRecord } from '@persist/store/kit'

/** A lease as it stands in the document. */
export interface LeaseRecord extends CommonRecord {
  /** For people: which process of which machine. */
  readonly holder: string
}

/** Reads a lease field by field. `undefined`: this is no lease, so the key is free. */
export function readLease(stored: unknown): LeaseRecord | undefined {
  const record = readLeaseRecord(stored)
  return record && { ...record, holder: String((stored as { readonly holder?: unknown }).holder) }
}
