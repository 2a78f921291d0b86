import type { Line } from './line.ts'
import { decode, isRecord } from './record.ts'

/** The names of the namespaces that have entries, by a walk over all of them. */
export async function* namespacesIn(line: Line): AsyncGenerator<string> {
  const seen = new Set<string>()
  for await (const value of line.values({ operation: 'namespaces', namespace: '' })) {
    const found = isRecord(value) ? decode(value) : undefined
    if (found === undefined || seen.has(found.namespace)) continue
    seen.add(found.namespace)
    yield found.namespace
  }
}
