import { unpickle } from '@persist/pickle'

/** What could be made of a payload with the pickles that come with `@persist/pickle`; a pickle of one's own is not known here. */
export type Reading =
  | { readonly kind: 'value'; readonly value: unknown }
  /** `damaged`: it looks like a default pickle and cannot be read. */
  | { readonly kind: 'text'; readonly text: string; readonly damaged?: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly damaged?: string }

const TEXT_PICKLE = /^\{"v":\d+,"json":/
const V8_PICKLE = [0x50, 0x56, 0x38]

/** Reads a payload, or a stored key. */
export async function readPayload(payload: string | Uint8Array): Promise<Reading> {
  if (typeof payload === 'string') {
    if (!TEXT_PICKLE.test(payload)) return { kind: 'text', text: payload }
    try {
      return { kind: 'value', value: unpickle(payload) }
    } catch (error) {
      return { kind: 'text', text: payload, damaged: (error as Error).message }
    }
  }
  if (!V8_PICKLE.every((byte, index) => payload[index] === byte)) return { kind: 'bytes', bytes: payload }
  const v8 = await import('@persist/pickle/v8')
  try {
    return { kind: 'value', value: v8.unpickle(payload) }
  } catch (error) {
    return { kind: 'bytes', bytes: payload, damaged: (error as Error).message }
  }
}
