import type { EntryKey, Transaction } from './database.ts'
import type { EntryRecords } from './entry-codec.ts'

/** Puts both records of an entry in place, and ends the lease on it. */
export async function putEntry(
  transaction: Transaction<'heads' | 'payloads' | 'leases'>,
  key: EntryKey,
  { head, payload }: EntryRecords,
): Promise<void> {
  // A record that is too large ends the transaction in Chromium: then the next line throws, and the requests before it fail.
  // A page counts each of them as an unhandled rejection if nothing waits for it.
  const requests = [
    async () => transaction.objectStore('heads').put(head, key),
    async () => transaction.objectStore('payloads').put(payload, key),
    async () => transaction.objectStore('leases').delete(key),
  ]
  await Promise.all(requests.map((request) => request()))
}
