import { ENTRIES, GRAPH, REFERENCE, Tagged } from './tagged.ts'

/** Keys that superjson refuses in an object with annotated values. */
export const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Turns a snapshot, in place, into a tree that superjson can write. An object that is reached more than once moves into a
 * list, and a {@link REFERENCE} with its number takes its places. This works in Maps and Sets too, where superjson's own
 * annotations go wrong. An object with a key that superjson refuses becomes a list of entries.
 */
export function hoist(value: unknown, shared: ReadonlySet<object>): unknown {
  const numbers = new Map<object, number>()
  const graph: unknown[] = []

  function number(object: object): number {
    let known = numbers.get(object)
    if (known === undefined) {
      known = graph.push(object) - 1
      numbers.set(object, known)
    }
    return known
  }

  function member(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    return shared.has(value) ? new Tagged(REFERENCE, number(value)) : tree(value)
  }

  function tree(value: object): object {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const old: unknown = value[index]
        const made = member(old)
        if (made !== old && typeof made === 'object') value[index] = made
      }
      return value
    }
    if (value instanceof Map) return rebuilt(value)
    if (value instanceof Set) {
      const members = [...value]
      value.clear()
      for (const old of members) value.add(member(old))
      return value
    }
    return Object.getPrototypeOf(value) === Object.prototype ? plain(value as Record<string, unknown>) : value
  }

  function rebuilt(map: Map<unknown, unknown>): object {
    const entries = [...map]
    map.clear()
    for (const [key, value] of entries) map.set(member(key), member(value))
    return map
  }

  function plain(object: Record<string, unknown>): object {
    let refused = false
    for (const name of Object.keys(object)) {
      if (REFUSED_KEYS.has(name)) refused = true
      const old = object[name]
      const made = member(old)
      if (made !== old && typeof made === 'object') object[name] = made
    }
    return refused ? new Tagged(ENTRIES, Object.entries(object)) : object
  }

  if (shared.size === 0) return member(value)
  number(value as object)
  // The list grows during the loop.
  for (let index = 0; index < graph.length; index++) graph[index] = tree(graph[index] as object)
  return new Tagged(GRAPH, graph)
}
