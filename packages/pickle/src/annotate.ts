import { Tagged } from './tagged.ts'

/** The name of a {@link Tagged} in the annotations: `["custom", "persist"]`. */
export const CUSTOM = 'persist'

/** A tree as it is stored: plain JSON, and annotations for the parts that JSON cannot hold. */
export interface Annotated {
  readonly json: unknown
  readonly meta?: { readonly values: Notes; readonly v: 1 }
}

type Type = string | readonly ['custom', typeof CUSTOM]
/** A type, a type with the notes on its parts, or the notes on the parts alone, by path. */
type Notes = readonly [Type] | readonly [Type, NotesByPath] | NotesByPath
interface NotesByPath {
  [path: string]: Notes
}

interface Written {
  readonly json: unknown
  readonly notes: Notes | undefined
}

/**
 * Writes a tree, as {@link hoist} returns it, in superjson's format, letter for letter as superjson 2 does
 * (https://github.com/flightcontrolhq/superjson). It leaves out superjson's notes on equal references. A tree has no such
 * references, but superjson takes equal NaNs and BigInts for shared objects, and reading those notes loses entries of Maps
 * and Sets.
 */
export function annotate(tree: unknown): Annotated {
  const { json, notes } = written(tree)
  return notes === undefined ? { json } : { json, meta: { values: notes, v: 1 } }
}

function written(value: unknown): Written {
  switch (typeof value) {
    case 'undefined':
      return { json: null, notes: ['undefined'] }
    case 'bigint':
      return { json: value.toString(), notes: ['bigint'] }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? { json: value, notes: undefined }
        : { json: Object.is(value, -0) ? '-0' : String(value), notes: ['number'] }
    case 'object':
      return value === null ? { json: null, notes: undefined } : ofObject(value)
    default:
      return { json: value, notes: undefined }
  }
}

function ofObject(value: object): Written {
  if (value instanceof Tagged) return ofElements(value, ['custom', CUSTOM])
  if (Array.isArray(value)) return ofElements(value)
  if (value instanceof Map) return ofElements([...value], 'map')
  if (value instanceof Set) return ofElements([...value], 'set')
  if (value instanceof Date) return { json: value.toISOString(), notes: ['Date'] }
  if (value instanceof RegExp) return { json: String(value), notes: ['regexp'] }
  if (value instanceof URL) return { json: value.href, notes: ['URL'] }
  return ofMembers(value as Record<string, unknown>)
}

function ofElements(elements: readonly unknown[], type?: Type): Written {
  const json: unknown[] = []
  const within = new Collected()
  for (let index = 0; index < elements.length; index++) {
    const element = written(elements[index])
    json.push(element.json)
    if (element.notes !== undefined) within.add(String(index), element.notes)
  }
  return { json, notes: within.notes(type) }
}

function ofMembers(object: Record<string, unknown>): Written {
  // The snapshot does not copy wide objects, so this copies one before it changes a member.
  let json = object
  const within = new Collected()
  for (const key of Object.keys(object)) {
    const member = written(object[key])
    if (member.json !== object[key]) {
      if (json === object) json = { ...object }
      json[key] = member.json
    }
    if (member.notes !== undefined) within.add(key.replace(/[\\.]/g, '\\$&'), member.notes)
  }
  return { json, notes: within.notes() }
}

/** The notes on the parts of an object, by the path from the object. */
class Collected {
  #notes: NotesByPath | undefined

  add(path: string, notes: Notes): void {
    // A setter on Object.prototype must not interfere, so this object has no prototype.
    this.#notes ??= Object.create(null) as NotesByPath
    if (Array.isArray(notes)) this.#notes[path] = notes as Notes
    else
      for (const below of Object.keys(notes)) this.#notes[`${path}.${below}`] = (notes as NotesByPath)[below] as Notes
  }

  notes(type?: Type): Notes | undefined {
    if (type === undefined) return this.#notes
    return this.#notes === undefined ? [type] : [type, this.#notes]
  }
}
