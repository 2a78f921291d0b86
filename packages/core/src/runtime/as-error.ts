import { types } from 'node:util'

/** What was thrown, as an Error: also one of another realm. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error || types.isNativeError(thrown) ? thrown : new Error(String(thrown))
}
