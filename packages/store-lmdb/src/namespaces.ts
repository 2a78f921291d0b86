import { told } from './failure.ts'
import { endOf, namespaceOf, prefixIn } from './keys.ts'
import type { Plan } from './plan.ts'

/** The namespaces that have entries, found by leaping from one to the next. */
export function* namespacesIn({ environment, name: store }: Plan): Generator<string> {
  for (let start: Buffer | undefined; ; ) {
    const range = { ...(start && { start }), limit: 1 }
    const [key] = told({ store, operation: 'namespaces' }, () => [...environment.fresh().entries.getKeys(range)])
    if (key === undefined) return
    const prefix = prefixIn(key)
    const name = namespaceOf(prefix)
    if (name !== undefined) yield name
    start = endOf(prefix)
  }
}
