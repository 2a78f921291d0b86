import { unpickle } from '@persist/pickle'

/** A payload, decoded with the pickles of `@persist/pickle` if possible. A pickle of the user's own is not known here. */
export type Decoded =
  | { readonly kind: 'value'; readonly value: unknown }
  /** `damaged`: why the payload, which looks like a default pickle, cannot be read. */
  | { readonly kind: 'string'; readonly string: string; readonly damaged?: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly damaged?: string }

const STRING_PICKLE = /^\{"v":\d+,"json":/
const PICKLE_WITH_PARTS = Buffer.from('{"v":2,"parts":[')
const V8_PICKLE = Buffer.from('PV8')

/** Decodes a payload or a stored key. */
export async function decodePayload(payload: string | Uint8Array): Promise<Decoded> {
  if (typeof payload === 'string') {
    if (!STRING_PICKLE.test(payload)) return { kind: 'string', string: payload }
    try {
      return { kind: 'value', value: unpickle(payload) }
    } catch (error) {
      return { kind: 'string', string: payload, damaged: (error as Error).message }
    }
  }
  const begins = (opening: Buffer) => opening.every((byte, index) => payload[index] === byte)
  if (!begins(PICKLE_WITH_PARTS) && !begins(V8_PICKLE)) return { kind: 'bytes', bytes: payload }
  const { unpickle: read } = begins(V8_PICKLE) ? await import('@persist/pickle/v8') : { unpickle }
  try {
    return { kind: 'value', value: read(payload) }
  } catch (error) {
    return { kind: 'bytes', bytes: payload, damaged: (error as Error).message }
  }
}
