import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import type { Entry } from '@persist/store'
import { unmarkedHash } from '@persist/store/kit'
import { decodePayload } from './decode.ts'

/** A problem of an entry that the store can read. */
export interface EntryProblem {
  /**
   * `mismatch`: its key belongs under another hash. `foreign`: no pickle known here can read it, as is right for a function
   * with its own pickle.
   */
  readonly kind: 'mismatch' | 'foreign'
  readonly reason: string
}

/** Checks the content of an entry. */
export async function checkEntry(entry: Entry): Promise<EntryProblem | undefined> {
  const mismatch = await keyMismatch(entry)
  if (mismatch !== undefined) return { kind: 'mismatch', reason: mismatch }
  const decoded = await decodePayload(entry.payload)
  if (decoded.kind !== 'value' && decoded.damaged !== undefined) return { kind: 'foreign', reason: decoded.damaged }
  return undefined
}

/** By the rule of core: the hash is the digest of the canonical key, or the entry carries that digest. */
async function keyMismatch({ key, hash, keyDigest }: Entry): Promise<string | undefined> {
  if (key === undefined) return undefined
  const decoded = await decodePayload(key)
  if (decoded.kind !== 'value') return undefined
  let digest: string
  try {
    digest = sha256(canonical(decoded.value))
  } catch {
    return undefined
  }
  return digest === (keyDigest ?? unmarkedHash(hash)) ? undefined : 'its key belongs under another hash'
}
