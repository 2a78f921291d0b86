import type { Entry } from '@persist/store'
import { isWellFormed } from './keys.ts'

/** How a payload stands in a record: as it is, or in base64 its bytes or (of half a surrogate pair) its UTF-16. */
export type PayloadKind = 'text' | 'bytes' | 'utf16'

/** How this payload is to be written. */
export function kindOf(payload: Entry['payload']): PayloadKind {
  if (typeof payload !== 'string') return 'bytes'
  return isWellFormed(payload) ? 'text' : 'utf16'
}

/** The payload as text. */
export function textOf(payload: Entry['payload'], kind: PayloadKind): string {
  if (kind === 'text') return payload as string
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'utf16le') : Buffer.from(payload)
  return bytes.toString('base64')
}

/** The payload in a text. `undefined`: the text is not of that kind, or the kind is unknown. */
export function payloadIn(text: string, kind: unknown): Entry['payload'] | undefined {
  if (kind === 'text') return text
  if (kind !== 'bytes' && kind !== 'utf16') return undefined
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is not base64, so that fewer bytes come out than the length of the text says.
  if (text.length % 4 !== 0 || bytes.length !== Buffer.byteLength(text, 'base64')) return undefined
  if (kind === 'bytes') return new Uint8Array(bytes)
  return bytes.length % 2 === 0 ? bytes.toString('utf16le') : undefined
}
