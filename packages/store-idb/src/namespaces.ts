import type { Database } from './database.ts'

/** The namespaces that have entries, each once: one look into the index of keys for each. */
export async function* namespacesIn(
  database: Database,
  attempt: <T>(operation: string, act: () => Promise<T>) => Promise<T>,
): AsyncGenerator<string> {
  for (let after: string | undefined; ; ) {
    // A list is greater than any string, so this comes after all keys of the namespace.
    const range = after === undefined ? undefined : IDBKeyRange.lowerBound([after, []])
    const key = await attempt('namespaces', () =>
      database.read(['heads'], async (transaction) => (await transaction.objectStore('heads').getAllKeys(range, 1))[0]),
    )
    if (key === undefined) return
    after = key[0]
    yield after
  }
}
