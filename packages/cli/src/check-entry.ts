import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import type { Entry } from '@persist/store'
import { readPayload } from './payload.ts'

/** A problem of an entry that the store itself can read. */
export interface EntryProblem {
  /**
   * `mismatch`: its key belongs under another hash. `foreign`: no known pickle can read it, which is normal if a function
   * has its own.
   */
  readonly kind: 'mismatch' | 'foreign'
  readonly reason: string
}

/** Checks the content of an entry. */
export async function problemOf(entry: Entry): Promise<EntryProblem | undefined> {
  const mismatch = await keyMismatch(entry)
  if (mismatch !== undefined) return { kind: 'mismatch', reason: mismatch }
  const reading = await readPayload(entry.payload)
  if (reading.kind !== 'value' && reading.damaged !== undefined) return { kind: 'foreign', reason: reading.damaged }
  return undefined
}

/** Checks the rule of core: the hash is the digest of the canonical key, or the entry contains that digest. */
async function keyMismatch({ key, hash, keyDigest }: Entry): Promise<string | undefined> {
  if (key === undefined) return undefined
  const reading = await readPayload(key)
  if (reading.kind !== 'value') return undefined
  let digest: string
  try {
    digest = sha256(canonical(reading.value))
  } catch {
    return undefined
  }
  return digest === (keyDigest ?? hash) ? undefined : 'its key belongs under another hash'
}
