import { utf8Length } from '@persist/platform'

/** The bytes of a payload; a string counts in UTF-8. */
export function byteLength(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? utf8Length(payload) : payload.byteLength
}
