/**
 * Reads stored entries that are compressed or encrypted, for tools that work on a store as `persist` of `@persist/cli` does.
 *
 * @module @persist/core/codecs
 */

export { CodecError, type CodecFacts } from '@persist/errors'
export { type CodecOptions, EntryReader } from './codecs/entry-reader.ts'
export type { KeyMaterial } from './types/options.ts'
