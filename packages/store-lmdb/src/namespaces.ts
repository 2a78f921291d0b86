import { toStoreError } from './errors.ts'
import { endOf, namespaceOf, prefixIn } from './keys.ts'
import type { Shared } from './namespace-store.ts'

/** The namespaces that have entries, found by leaping from one to the next. */
export function* namespacesIn({ environment, name: store }: Shared): Generator<string> {
  for (let start: Buffer | undefined; ; ) {
    const key = firstFrom(start)
    if (key === undefined) return
    const prefix = prefixIn(key)
    const name = namespaceOf(prefix)
    if (name !== undefined) yield name
    start = endOf(prefix)
  }

  function firstFrom(start: Buffer | undefined): Buffer | undefined {
    try {
      const [key] = environment.now().entries.getKeys({ ...(start && { start }), limit: 1 })
      return key
    } catch (error) {
      throw toStoreError(error, { store, operation: 'namespaces' })
    }
  }
}
