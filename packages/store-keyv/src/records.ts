import { decode, type Found, isRecord } from './entry-codec.ts'
import type { KeyvClient } from './keyv-client.ts'

/** A bound for a storage that others write to all the time. */
const MOST_PASSES = 5

/** Which records are listed. */
export interface Listing {
  readonly operation: string
  /** Absent: of all namespaces. */
  readonly namespace?: string
  /** Called with each damaged record. */
  readonly onDamaged?: (record: string) => void
}

/**
 * The records of a storage, each once: a storage may list a key twice while it grows (Redis: `SCAN`). SQLite and MySQL list in
 * pages by number, so an entry that is deleted or replaced meanwhile hides another one. There, further passes follow until one
 * shows nothing new.
 */
export async function* recordsIn(
  client: KeyvClient,
  { operation, namespace, onDamaged }: Listing,
): AsyncGenerator<{ readonly found: Found; readonly record: string }> {
  const seen = new Set<string>()
  for (let pass = 1; pass <= MOST_PASSES; pass++) {
    const { size } = seen
    for await (const record of client.values({ operation, namespace: namespace ?? '' })) {
      if (!isRecord(record)) continue
      const found = decode(record)
      if (found === undefined) {
        if (pass === 1) onDamaged?.(record)
        continue
      }
      const key = JSON.stringify([found.namespace, found.hash])
      if (seen.has(key) || (namespace !== undefined && found.namespace !== namespace)) continue
      seen.add(key)
      yield { found, record }
    }
    if (client.listsEach || seen.size === size) return
  }
}
