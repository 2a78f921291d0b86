import { decode, isRecord } from './entry-codec.ts'
import type { KeyvClient } from './keyv-client.ts'

/** The names of the namespaces that have entries, by a walk over all of them. */
export async function* namespacesIn(client: KeyvClient): AsyncGenerator<string> {
  const seen = new Set<string>()
  for await (const value of client.values({ operation: 'namespaces', namespace: '' })) {
    const found = isRecord(value) ? decode(value) : undefined
    if (found === undefined || seen.has(found.namespace)) continue
    seen.add(found.namespace)
    yield found.namespace
  }
}
