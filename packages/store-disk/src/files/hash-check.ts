import { checkFileName } from '@persist/hash'
import { ENTRY_SUFFIX } from '../folder/layout.ts'

/** What every default hash matches; no device of Windows is so long. */
const SAFE = /^[A-Za-z0-9_-]{5,64}$/
const OPTIONS = { suffixBytes: ENTRY_SUFFIX.length }

/** Throws `HashError` for a hash that cannot name an entry's file. */
export function checkHash(hash: string): void {
  if (!SAFE.test(hash)) checkFileName(hash, OPTIONS)
}
