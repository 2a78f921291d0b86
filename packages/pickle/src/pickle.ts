import { PickleError, UnpickleError } from '@persist/errors'
import { annotate } from './annotate.ts'
import { applyAnnotations } from './apply-annotations.ts'
import { refuseCustomCycle } from './cycles.ts'
import { hoist } from './hoist.ts'
import { type PickleOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { parseJson } from './parse-json.ts'
import { jsonOf, payloadString, refuseLongString } from './payload-string.ts'
import { revive } from './revive.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import { GRAPH, Tagged } from './tagged.ts'

/** Turns values into strings and back. */
export interface Pickle {
  /**
   * Returns one line: `{"v":1,"json":…}`, with `"meta":…` in superjson's format if the value is more than plain JSON. Throws
   * `PickleError`, with the path, if a part would not come back equal.
   */
  readonly pickle: (value: unknown) => string
  /** Reads the value from the string, or from its UTF-8. Throws `UnpickleError` for anything that `pickle` never writes. */
  // biome-ignore lint/suspicious/noExplicitAny: as of JSON.parse, so that the pair fits a function of any result
  readonly unpickle: (payload: string | Uint8Array) => any
}

/**
 * Makes a pickle with your own types or other bounds. Throws `OptionError` for an invalid option.
 *
 * @example
 * ```ts
 * const { pickle, unpickle } = createPickle({ types: [point], maxBytes: 1_000_000 })
 * const f = persist(compute, { pickle, unpickle })
 * ```
 */
export function createPickle(options?: PickleOptions): Pickle {
  const resolved = resolveOptions(options)
  return {
    pickle: (value) => {
      const payload = write(value, resolved)
      refuseLongString(payload, resolved.maxBytes)
      return payload
    },
    unpickle: (payload) => read(payloadString(payload, resolved.maxBytes), resolved),
  }
}

function write(value: unknown, options: ResolvedOptions): string {
  const snapshot = takeSnapshot(value, options, 'text')
  if (!snapshot.rich && snapshot.shared.size === 0) return `{"v":1,"json":${jsonOf(snapshot.value)}}`
  refuseCustomCycle(snapshot)
  return `{"v":1,${jsonOf(annotated(snapshot)).slice(1)}`
}

function annotated({ value, shared }: Snapshot): object {
  try {
    return annotate(hoist(value, shared))
  } catch (error) {
    throw new PickleError(`this cannot be written: ${(error as Error).message}`, '$', { cause: error })
  }
}

function read(payload: string, options: ResolvedOptions): unknown {
  let stored: unknown
  try {
    stored = parseJson(payload)
  } catch (error) {
    throw new UnpickleError('the payload is not JSON', { cause: error })
  }
  const { json, meta } = checkedShape(stored)
  if (meta === NONE) return json
  try {
    return restore(json, meta, options)
  } catch (error) {
    throw new UnpickleError(`the payload cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** Stands for the annotations of a plain value, which has none. */
const NONE = Symbol('none')

/** Checks own properties only: another library may have added some to Object.prototype. */
function checkedShape(stored: unknown): { readonly json: unknown; readonly meta: unknown } {
  if (typeof stored !== 'object' || stored === null || !Object.hasOwn(stored, 'v') || !Object.hasOwn(stored, 'json'))
    throw new UnpickleError('the payload is not a pickle')
  const { v, json, meta } = stored as { v: unknown; json: unknown; meta?: unknown }
  if (v !== 1) throw new UnpickleError(`the payload has version ${JSON.stringify(v)}, and this package reads 1`)
  const isAnnotated = Object.hasOwn(stored, 'meta')
  if (Object.keys(stored).length !== (isAnnotated ? 3 : 2))
    throw new UnpickleError('the payload has parts that no pickle has')
  return { json, meta: isAnnotated ? meta : NONE }
}

function restore(json: unknown, meta: unknown, options: ResolvedOptions): unknown {
  if (typeof meta !== 'object' || meta === null || Object.keys(meta).join() !== 'values,v')
    throw new TypeError('its annotations are not those of a pickle')
  const { values, v } = meta as { values: unknown; v: unknown }
  if (v !== 1) throw new TypeError(`its annotations have version ${JSON.stringify(v)}`)
  const { value, tagged } = applyAnnotations(json, values)
  if (!tagged) return value
  if (!(value instanceof Tagged) || value[0] !== GRAPH) return revive({ value, isTagged, holes: false }, options.types)
  const graph: unknown = value[1]
  if (!Array.isArray(graph) || graph.length === 0) throw new TypeError('its graph is empty')
  return revive({ value: graph[0], isTagged, holes: false, graph }, options.types)
}

function isTagged(object: object): boolean {
  return object instanceof Tagged
}
