import { utf8Bytes } from '@persist/platform'
import type { Head } from '@persist/store'

/**
 * The fields that encryption protects from changes: all that core decides by. The list and its order are part of the stored
 * form. The stored key is encrypted itself.
 */
const FIELDS = [
  'hash',
  'createdAt',
  'expiresAt',
  'staleUntil',
  'durationMs',
  'promised',
  'version',
  'source',
  'keyDigest',
  'tags',
  'metadata',
  'codecs',
] as const satisfies readonly (keyof Head)[]

/** What is encrypted: they must not be exchanged for each other. */
export type Part = 'payload' | 'key'

/** The data that is stored in clear, but without which the ciphertext cannot be decrypted. */
export function associatedData(namespace: string, head: Head, part: Part): Uint8Array {
  const fields = FIELDS.map((field) => head[field] ?? null)
  // Last, and only if there are any: the data of other entries is as it was before there were inputs.
  const inputs = head.inputs === undefined ? [] : [head.inputs]
  return utf8Bytes(JSON.stringify(['persist', 1, part, namespace, ...fields, ...inputs]))
}
