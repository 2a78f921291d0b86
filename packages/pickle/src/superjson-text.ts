import type { SuperJSON } from 'superjson'
import { superjson } from './superjson-lazily.ts'
import { Tagged } from './tagged.ts'

/** The name that stands beside a {@link Tagged} in superjson's annotations: `["custom", "persist"]`. */
export const CUSTOM = 'persist'

let writer: SuperJSON | undefined

/** What superjson writes for a tree: plain JSON, and how to read it where JSON is not enough. */
export interface Annotated {
  readonly json: unknown
  readonly meta?: { readonly values: unknown; readonly v: number }
}

/**
 * Writes a tree, as {@link hoist} gives it, with superjson. Loaded here, on first use: plain JSON does without.
 *
 * Its notes on equal references are left out. There are none in a tree, but it takes equal NaNs and BigInts for shared
 * objects, and reading those notes back loses entries of Maps and Sets.
 */
export function annotate(tree: unknown): Annotated {
  writer ??= ownInstance()
  const { json, meta } = writer.serialize(tree)
  return meta?.values === undefined ? { json } : { json, meta: { values: meta.values, v: meta.v ?? 0 } }
}

/** Never superjson's exports, which share one instance with every other library in the process. */
function ownInstance(): SuperJSON {
  const { SuperJSON } = superjson()
  const own = new SuperJSON({ dedupe: false })
  own.registerCustom<Tagged, never>(
    {
      isApplicable: (value): value is Tagged => value instanceof Tagged,
      // An array, so superjson goes on inside it.
      serialize: (tagged) => tagged as never,
      deserialize: () => {
        throw new Error('read with @persist/pickle')
      },
    },
    CUSTOM,
  )
  return own
}
