import { DuplicateNamespaceError } from '@persist/errors'
import type { AnyFunction } from '../face/types.ts'

// On a well-known symbol: two copies of core in one process share their stores, so they share this too.
const REGISTRY = Symbol.for('@persist/core/namespaces@1')
type Registry = Map<string, Map<string, WeakRef<AnyFunction>>>

/**
 * Claims a namespace in a store for a function. Wrapping one and the same function again is fine.
 *
 * @throws DuplicateNamespaceError if another function has it: each would be given the other's results.
 */
export function claimNamespace(store: string, namespace: string, original: AnyFunction): void {
  const owners = ownersIn(store)
  const owner = owners.get(namespace)?.deref()
  if (owner !== undefined && owner !== original) {
    throw new DuplicateNamespaceError(
      `two functions are persisted as ${JSON.stringify(namespace)} in ${store}: give one of them another funcname, such as 'Class.method'`,
      namespace,
    )
  }
  owners.set(namespace, new WeakRef(original))
}

function ownersIn(store: string): Map<string, WeakRef<AnyFunction>> {
  const shared = globalThis as { [REGISTRY]?: Registry }
  shared[REGISTRY] ??= new Map()
  const registry = shared[REGISTRY]
  const owners = registry.get(store) ?? new Map<string, WeakRef<AnyFunction>>()
  registry.set(store, owners)
  return owners
}
