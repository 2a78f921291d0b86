import { UnpickleError } from '@persist/errors'
import { applyAnnotationText, cutText } from './annotation-text.ts'
import { type Annotations, applyAnnotations } from './apply-annotations.ts'
import type { ResolvedOptions } from './options.ts'
import { parseJson } from './parse-json.ts'
import { lineLength, StoredParts } from './payload-bytes.ts'
import { decoded, expectPayload } from './payload-string.ts'
import { type Encoded, revive } from './revive.ts'
import { GRAPH, Tagged } from './tagged.ts'

/** Reads the value of a payload. Throws `UnpickleError` for anything that was never written. */
export function readPayload(payload: string | Uint8Array, options: ResolvedOptions): unknown {
  expectPayload(payload, options.maxBytes)
  if (typeof payload === 'string') return read(payload, options)
  const line = lineLength(payload)
  if (line === undefined) return read(decoded(payload), options)
  return read(decoded(payload.subarray(0, line)), options, { payload, start: line })
}

/** Reads a value from its text, and its binary parts from the bytes after that. */
function read(text: string, options: ResolvedOptions, bytes?: BytesAfter): unknown {
  const found = readCut(text, bytes !== undefined)
  if (found === undefined) return readWhole(text, options, bytes)
  try {
    return revived(found, options, bytes && partsOf(bytes, found.lengths))
  } catch (error) {
    throw unreadable(error)
  }
}

/** Reads a long text with many annotations. `undefined` for any other text: the way through the whole text says why. */
function readCut(text: string, hasParts: boolean): (Annotations & { readonly lengths: unknown }) | undefined {
  const cut = cutText(text)
  if (cut === undefined || hasParts !== (cut.lengths !== undefined)) return undefined
  try {
    const lengths: unknown = cut.lengths && JSON.parse(cut.lengths)
    return { ...applyAnnotationText(parseJson(cut.json), text, cut.start, cut.end), lengths }
  } catch {
    return undefined
  }
}

function readWhole(text: string, options: ResolvedOptions, bytes: BytesAfter | undefined): unknown {
  let stored: unknown
  try {
    stored = parseJson(text)
  } catch (error) {
    throw new UnpickleError('the payload is not JSON', { cause: error })
  }
  const { json, meta, lengths } = checkedShape(stored, bytes !== undefined)
  if (meta === NONE) return json
  try {
    return restore(json, meta, options, bytes && partsOf(bytes, lengths))
  } catch (error) {
    throw unreadable(error)
  }
}

function unreadable(error: unknown): UnpickleError {
  return new UnpickleError(`the payload cannot be read: ${(error as Error).message}`, { cause: error })
}

/** The bytes of a payload, and where its text ends. */
interface BytesAfter {
  readonly payload: Uint8Array
  readonly start: number
}

function partsOf({ payload, start }: BytesAfter, lengths: unknown): StoredParts {
  return new StoredParts(payload, start, lengths)
}

/** Stands for the annotations of a plain value, which has none. */
const NONE = Symbol('none')

interface Shape {
  readonly json: unknown
  readonly meta: unknown
  readonly lengths: unknown
}

/** Checks own properties only: another library may have added some to Object.prototype. */
function checkedShape(stored: unknown, hasParts: boolean): Shape {
  if (typeof stored !== 'object' || stored === null || !Object.hasOwn(stored, 'v') || !Object.hasOwn(stored, 'json'))
    throw new UnpickleError('the payload is not a pickle')
  const { v, json, meta, parts } = stored as { v: unknown; json: unknown; meta?: unknown; parts?: unknown }
  if (v !== (hasParts ? 2 : 1)) throw new UnpickleError(wrongVersion(v))
  const isAnnotated = Object.hasOwn(stored, 'meta')
  const expected = hasParts ? ['v', 'parts', 'json', 'meta'] : isAnnotated ? ['v', 'json', 'meta'] : ['v', 'json']
  const found = Object.keys(stored)
  if (found.length !== expected.length || !expected.every((key) => Object.hasOwn(stored, key)))
    throw new UnpickleError('the payload has parts that no pickle has')
  return { json, meta: isAnnotated ? meta : NONE, lengths: parts }
}

function wrongVersion(v: unknown): string {
  return v === 2
    ? 'the payload has version 2, but its bytes are cut off or were changed'
    : `the payload has version ${JSON.stringify(v)}, and this package reads 1 and 2`
}

function restore(json: unknown, meta: unknown, options: ResolvedOptions, parts: StoredParts | undefined): unknown {
  if (typeof meta !== 'object' || meta === null || Object.keys(meta).join() !== 'values,v')
    throw new TypeError('its annotations are not those of a pickle')
  const { values, v } = meta as { values: unknown; v: unknown }
  if (v !== 1) throw new TypeError(`its annotations have version ${JSON.stringify(v)}`)
  return revived(applyAnnotations(json, values), options, parts)
}

function revived({ value, tagged }: Annotations, options: ResolvedOptions, parts: StoredParts | undefined): unknown {
  const whole = tagged ? revive(encoded(value, parts), options.types) : value
  parts?.expectAllTaken()
  return whole
}

function encoded(value: unknown, parts: StoredParts | undefined): Encoded {
  const outside = parts && { parts }
  if (!(value instanceof Tagged) || value[0] !== GRAPH) return { value, isTagged, holes: false, ...outside }
  const graph: unknown = value[1]
  if (!Array.isArray(graph) || graph.length === 0) throw new TypeError('its graph is empty')
  return { value: graph[0], isTagged, holes: false, graph, ...outside }
}

function isTagged(object: object): boolean {
  return object instanceof Tagged
}
