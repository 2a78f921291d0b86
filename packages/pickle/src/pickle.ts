import { PickleError, UnpickleError } from '@persist/errors'
import { annotate } from './annotate.ts'
import { applyAnnotations } from './annotations.ts'
import { refuseCustomCycle } from './cycles.ts'
import { hoist } from './hoist.ts'
import { type PickleOptions, type Plan, planFrom } from './options.ts'
import { parseJson } from './parse-json.ts'
import { raise } from './raise.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import { GRAPH, Tagged } from './tagged.ts'
import { jsonOf, refuseLongText, textOf } from './text.ts'

/** A value to text and back. */
export interface Pickle {
  /**
   * One line of text: `{"v":1,"json":…}`, with `"meta":…` in superjson's format where the value is more than plain JSON. Throws
   * `PickleError`, with the path, for whatever would not come back equal.
   */
  readonly pickle: (value: unknown) => string
  /** The value, from its text (or the UTF-8 of it). Throws `UnpickleError` for anything that `pickle` never wrote. */
  // biome-ignore lint/suspicious/noExplicitAny: as of JSON.parse, so that the pair fits a function of any result
  readonly unpickle: (payload: string | Uint8Array) => any
}

/**
 * A pickle with types of your own or other bounds.
 *
 * @example
 * ```ts
 * const { pickle, unpickle } = createPickle({ types: [point], maxBytes: 1_000_000 })
 * const f = persist(compute, { pickle, unpickle })
 * ```
 */
export function createPickle(options?: PickleOptions): Pickle {
  const plan = planFrom(options)
  return {
    pickle: (value) => {
      const text = write(value, plan)
      refuseLongText(text, plan.maxBytes)
      return text
    },
    unpickle: (payload) => read(textOf(payload, plan.maxBytes), plan),
  }
}

function write(value: unknown, plan: Plan): string {
  const snapshot = takeSnapshot(value, plan, 'text')
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

function read(text: string, plan: Plan): unknown {
  let stored: unknown
  try {
    stored = parseJson(text)
  } catch (error) {
    throw new UnpickleError('the payload is not JSON', { cause: error })
  }
  const { json, meta } = checkedShape(stored)
  if (meta === NONE) return json
  try {
    return restore(json, meta, plan)
  } catch (error) {
    throw new UnpickleError(`the payload cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** In place of the annotations of a plain value. */
const NONE = Symbol('none')

/** Own parts only: others may be inherited, where somebody has put something on Object.prototype. */
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

function restore(json: unknown, meta: unknown, plan: Plan): unknown {
  if (typeof meta !== 'object' || meta === null || Object.keys(meta).join() !== 'values,v')
    throw new TypeError('its annotations are not those of a pickle')
  const { values, v } = meta as { values: unknown; v: unknown }
  if (v !== 1) throw new TypeError(`its annotations have version ${JSON.stringify(v)}`)
  const { value, tagged } = applyAnnotations(json, values)
  if (!tagged) return value
  if (!(value instanceof Tagged) || value[0] !== GRAPH) return raise({ value, isTagged, holes: false }, plan.types)
  const graph: unknown = value[1]
  if (!Array.isArray(graph) || graph.length === 0) throw new TypeError('its graph is empty')
  return raise({ value: graph[0], isTagged, holes: false, graph }, plan.types)
}

function isTagged(object: object): boolean {
  return object instanceof Tagged
}
