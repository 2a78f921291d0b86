import { isDeepStrictEqual } from 'node:util'
import type { Entry } from '@persist/store'

/** Whether two entries are equal in every field. A string never equals bytes. */
export function sameEntry(one: Entry, other: Entry): boolean {
  const { payload, ...head } = one
  const { payload: otherPayload, ...otherHead } = other
  return samePayload(payload, otherPayload) && isDeepStrictEqual({ ...head }, { ...otherHead })
}

function samePayload(one: string | Uint8Array, other: string | Uint8Array): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other
  return Buffer.compare(one, other) === 0
}
