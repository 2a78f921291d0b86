import { sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import type { Entry } from '@persist/store'
import { readPayload } from './decode.ts'

/** What is wrong with an entry that the store itself finds sound. */
export interface Doubt {
  /**
   * `mismatch`: its key belongs under another hash. `foreign`: no pickle that is known here can read it, which is how it
   * has to be where a function has its own.
   */
  readonly kind: 'mismatch' | 'foreign'
  readonly reason: string
}

/** Judges an entry by what is in it. */
export async function doubtAbout(entry: Entry): Promise<Doubt | undefined> {
  const mismatch = await keyMismatch(entry)
  if (mismatch !== undefined) return { kind: 'mismatch', reason: mismatch }
  const reading = await readPayload(entry.payload)
  if (reading.kind !== 'value' && reading.damaged !== undefined) return { kind: 'foreign', reason: reading.damaged }
  return undefined
}

/** By the rule of core: the hash is the digest of the canonical key, or the entry carries that digest. */
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
