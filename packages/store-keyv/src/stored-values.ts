import type { KeyvLike, StorageAdapter } from './keyv-like.ts'

/** What the storage keeps under a key, as it is there. */
type Row = readonly [key: unknown, stored: unknown]

/**
 * The values of the storage, as Keyv would read each. Keyv's own listing ends at the first value that it cannot parse, and
 * deletes values of other programs that have a past number as `expires`. `undefined`: Keyv does not show its storage.
 */
export function storedValues(keyv: KeyvLike, expired: (value: unknown) => void) {
  const { deserializeData } = keyv
  const rows = rowsOf(keyv)
  return deserializeData && rows && valuesOf(rows, async (stored) => deserializeData.call(keyv, stored), expired)
}

async function* valuesOf(
  rows: Iterable<Row> | AsyncIterable<Row>,
  parse: (stored: unknown) => Promise<unknown>,
  expired: (value: unknown) => void,
): AsyncGenerator<readonly [key: unknown, value: unknown] | undefined> {
  for await (const row of rows) {
    const [key, stored] = Array.isArray(row) ? row : []
    const { value, expires } = ((await parse(stored).catch(() => undefined)) ?? {}) as Record<string, unknown>
    const isExpired = typeof expires === 'number' && Date.now() > expires
    if (isExpired) expired(value)
    // One step for each value, also for what is no value here: a step has its time.
    yield isExpired ? undefined : [key, value]
  }
}

function rowsOf({
  store,
  namespace,
  iterator,
  useKeyPrefix,
}: KeyvLike): Iterable<Row> | AsyncIterable<Row> | undefined {
  // Absent: Keyv has found that the storage cannot list.
  if (iterator === undefined) return undefined
  if (store instanceof Map) {
    const prefix = useKeyPrefix !== false && namespace ? `${namespace}:` : ''
    return [...store].filter(([key]) => String(key).startsWith(prefix))
  }
  const adapter = store as StorageAdapter | undefined
  return typeof adapter?.iterator === 'function' ? adapter.iterator(adapter.namespace) : undefined
}
