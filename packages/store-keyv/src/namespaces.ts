import type { KeyvClient } from './keyv-client.ts'
import { recordsIn } from './records.ts'

/** The names of the namespaces that have entries, by a walk over all of them. */
export async function* namespacesIn(client: KeyvClient): AsyncGenerator<string> {
  const seen = new Set<string>()
  for await (const { found } of recordsIn(client, { operation: 'namespaces' })) {
    if (seen.has(found.namespace)) continue
    seen.add(found.namespace)
    yield found.namespace
  }
}
