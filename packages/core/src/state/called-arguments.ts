import { pickle, unpickle } from '@persist/pickle'
import type { StoreAdapter } from '@persist/store'

/** So many calls are remembered, each with so many characters of arguments at most. */
const MOST_CALLS = 1_000
const MOST_CHARACTERS = 10_000

// On a well-known symbol: the newest wrapping of a function, which makes its calls again, may be of another copy of core.
const REMEMBERED = Symbol.for('@persist/core/called-arguments@1')
const shared = globalThis as { [REMEMBERED]?: Map<string, string> }
shared[REMEMBERED] ??= new Map()
const remembered = shared[REMEMBERED]

/** A function, as far as its calls are remembered. */
interface CalledFunction {
  readonly adapter: Pick<StoreAdapter, 'name'>
  readonly namespace: string
  readonly ownKey: boolean
}

/**
 * Remembers the arguments of a call that a traced function made: they are not in the store, and without them the call cannot
 * be made again to find out whether its result would still be the same.
 */
export function rememberArguments(called: CalledFunction, { key, hash }: { key: unknown; hash: string }): void {
  // Any other key does not contain the arguments.
  if (called.ownKey) return
  const id = idOf(called, hash)
  if (remembered.has(id)) return
  try {
    const pickled = pickle(key)
    if (typeof pickled !== 'string' || pickled.length > MOST_CHARACTERS) return
    remembered.set(id, pickled)
  } catch {
    return
  }
  if (remembered.size > MOST_CALLS) remembered.delete(remembered.keys().next().value!)
}

/** The arguments of a call, if they are remembered. */
export function rememberedArguments(called: CalledFunction, hash: string): unknown[] | undefined {
  const pickled = remembered.get(idOf(called, hash))
  return pickled === undefined ? undefined : (unpickle(pickled) as unknown[])
}

function idOf({ adapter, namespace }: CalledFunction, hash: string): string {
  return `${adapter.name}\0${namespace}\0${hash}`
}
