import { unpickle } from '@persist/pickle'

/** A payload, read with the pickles of `@persist/pickle`. The command does not know the pickle of a user. */
export type Reading =
  | { readonly kind: 'value'; readonly value: unknown }
  /** `damaged`: the reason why a payload that looks like a default pickle cannot be read. */
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
