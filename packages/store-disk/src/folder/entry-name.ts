import { hash as digest } from 'node:crypto'
import { ENTRY_SUFFIX, entryId } from './layout.ts'

// The name of an entry's file, the same on every file system, so that a folder can be copied or shared:
//
//   2_to_the_power_of_4      2_to_the_power_of_4.entry
//   Readable                 Readable~<16 digits>.entry: some file systems take it for `readable`
//   wXS1bv… (default hash)   wXS1bv….entry: no two of them differ in case only

/** A default hash, which is 32 bytes in base64url, or a name of which no file system makes another one. */
const PLAIN = /^(?:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]|[^A-Z\u0080-\uffff]+)$/
const DIGITS = 16
const MARKED = /~[0-9a-f]{16}$/
const LONGEST_NAME = 255

/** Whether the name of the file is the hash itself. */
export function isPlainHash(hash: string): boolean {
  return PLAIN.test(hash) && !MARKED.test(hash)
}

/** The name of the file of a hash's entry. */
export function entryName(hash: string): string {
  return stemOf(hash) + ENTRY_SUFFIX
}

/** The name that earlier versions gave it, if that is another one. */
export function earlierEntryName(hash: string): string | undefined {
  return isPlainHash(hash) ? undefined : hash + ENTRY_SUFFIX
}

/** What stands for a hash in the names of tokens. */
export function entryIdOf(hash: string): string {
  return entryId(stemOf(hash))
}

/** The same, by the name of the entry's file, also by the earlier one. */
export function entryIdIn(name: string): string {
  const stem = name.slice(0, -ENTRY_SUFFIX.length)
  // A name that was shortened shows no hash to check the digest by.
  const hasDigest = MARKED.test(stem) && (hashIn(name) !== stem || Buffer.byteLength(name) > LONGEST_NAME - 4)
  return entryId(hasDigest ? stem : stemOf(stem))
}

/** The hash, as far as the name of the file shows it. */
export function hashIn(name: string): string {
  const stem = name.slice(0, -ENTRY_SUFFIX.length)
  const hash = stem.replace(MARKED, '')
  return stemOf(hash) === stem ? hash : stem
}

function stemOf(hash: string): string {
  if (isPlainHash(hash)) return hash
  const end = `~${digest('sha256', hash, 'hex').slice(0, DIGITS)}`
  return shortened(hash, LONGEST_NAME - ENTRY_SUFFIX.length - end.length) + end
}

function shortened(hash: string, mostBytes: number): string {
  let short = hash
  while (Buffer.byteLength(short) > mostBytes) short = [...short].slice(0, -1).join('')
  return short
}
