/** How many bytes a payload takes as text in UTF-8 or as it is. */
export function byteLength(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength
}
