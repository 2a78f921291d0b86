import { types } from '@persist/platform'

/** Converts a thrown value to an Error, unless it is one, also of another realm. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error || types.isNativeError(thrown) ? thrown : new Error(String(thrown))
}
