import type { Head } from './contract.ts'

/** What a field of a head holds. `time`: milliseconds since 1970. `duration`: milliseconds. */
export type HeadFieldType = 'string' | 'strings' | 'time' | 'duration' | 'boolean'

type TypeOf<T> = T extends string
  ? 'string'
  : T extends number
    ? 'time' | 'duration'
    : T extends boolean
      ? 'boolean'
      : 'strings'

/**
 * Every field of a {@link Head} with its type, in the order in which stores write them. A field of the contract that is
 * missing here, or has another type, does not compile.
 *
 * @example
 * ```ts
 * Object.keys(HEAD_FIELDS).slice(0, 3)   // ['hash', 'createdAt', 'expiresAt']
 * ```
 */
export const HEAD_FIELDS = {
  hash: 'string',
  createdAt: 'time',
  expiresAt: 'time',
  staleUntil: 'time',
  durationMs: 'duration',
  promised: 'boolean',
  version: 'string',
  source: 'string',
  keyParts: 'string',
  keyDigest: 'string',
  key: 'string',
  tags: 'strings',
  inputs: 'strings',
  metadata: 'string',
  codecs: 'strings',
} as const satisfies { readonly [Field in keyof Head]-?: TypeOf<NonNullable<Head[Field]>> }
