import type { Entry } from '@persist/store'
import { type EntryFacts, entryTooLarge } from '@persist/store/kit'

/** One call of `node:fs` reads at most 2 GiB less a byte, and so does one checksum. */
export const LARGEST_FILE = 0x7fff_ffff
/** The longest string that V8 can make, and so read back, is a little longer. */
const LARGEST_OF_STRING = 0x1fff_0000

/** Refuses an entry whose file nothing could read back. The message says what can hold the value. */
export function refuseLargeEntry(facts: EntryFacts, { payload }: Entry, size: number): void {
  if (typeof payload !== 'string') {
    if (size > LARGEST_FILE) throw entryTooLarge(facts, size, LARGEST_FILE, 'split the value into several calls')
  } else if (size > LARGEST_OF_STRING) {
    const advice = 'the pickle of @persist/pickle/v8 writes bytes, and such an entry may have 2 GiB'
    throw entryTooLarge(facts, size, LARGEST_OF_STRING, advice)
  }
}
