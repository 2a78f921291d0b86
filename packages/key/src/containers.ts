import { whyExtras } from './describe.ts'
import { type Identified, identity } from './identity.ts'
import { MAX_LENGTH } from './limits.ts'
import { hasInternalSlots, hasOnlyElements } from './own-properties.ts'
import { refuse, under } from './refusal.ts'
import { label, refuseLength } from './scalars.ts'
import type { Walk } from './walk.ts'

/** The length of `"":1`, the shortest property. */
const SHORTEST_PROPERTY = 4

/** Writes the elements of an array, and its holes. */
export function writeArray(array: readonly unknown[], walk: Walk): void {
  const holes = writeElements(array, walk)
  if (!hasOnlyElements(array, array.length - holes)) refuse(whyExtras('Array'))
}

/** Writes only the elements, not the other properties of the array, and returns the number of holes. */
export function writeElements(array: readonly unknown[], walk: Walk): number {
  const { length } = array
  // Each element takes a character and a comma, so the length alone can be too long.
  if (!(length * 2 < MAX_LENGTH)) refuseLength()
  walk.enter(array, '[')
  let index = 0
  let holes = 0
  try {
    for (; index < length; index++) {
      if (index > 0) walk.put(',')
      const element = array[index]
      if (element === undefined && !Object.hasOwn(array, index)) {
        walk.put('hole')
        holes++
      } else walk.write(element)
    }
  } catch (thrown) {
    throw under(index, thrown)
  }
  walk.leave(']')
  return holes
}

/** Whether an object has only enumerable properties with string keys, and no internal slots. */
export function isPlain(object: object, keys: readonly string[]): boolean {
  return (
    Object.getOwnPropertyNames(object).length === keys.length &&
    Object.getOwnPropertySymbols(object).length === 0 &&
    !ArrayBuffer.isView(object) &&
    !(keys.length === 0 && hasInternalSlots(object))
  )
}

/** Writes the properties of a plain object, sorted. */
export function writeProperties(object: object, keys: string[], open: string, walk: Walk): void {
  if (keys.length * SHORTEST_PROPERTY > MAX_LENGTH) refuseLength()
  sortByCodeUnits(keys)
  walk.enter(object, open)
  let key = ''
  try {
    for (let index = 0; index < keys.length; index++) {
      key = keys[index]!
      if (index > 0) walk.put(',')
      walk.put(label(key))
      walk.write((object as Record<string, unknown>)[key])
    }
  } catch (thrown) {
    throw under(key, thrown)
  }
  walk.leave('}')
}

/** Writes the entries of a Map in their order, which a function can observe. */
export function writeMap(map: ReadonlyMap<unknown, unknown>, walk: Walk): void {
  walk.enter(map, 'Map(')
  let index = 0
  let of: 'keys' | 'values' = 'keys'
  try {
    for (const [key, value] of map) {
      if (index > 0) walk.put(',')
      of = 'keys'
      walk.write(key)
      walk.put('=>')
      of = 'values'
      walk.write(value)
      index++
    }
  } catch (thrown) {
    throw under({ of, index }, thrown)
  }
  walk.leave(')')
}

/** Writes the members of a Set in their order. */
export function writeSet(set: ReadonlySet<unknown>, walk: Walk): void {
  walk.enter(set, 'Set(')
  let index = 0
  try {
    for (const member of set) {
      if (index > 0) walk.put(',')
      walk.write(member)
      index++
    }
  } catch (thrown) {
    throw under({ of: 'values', index }, thrown)
  }
  walk.leave(')')
}

/** Writes the result of an object's identity method. */
export function writeIdentity(object: object, walk: Walk): void {
  walk.enter(object, 'identity(')
  try {
    const result = (object as Identified)[identity]()
    if (result === undefined) refuse('an identity method must return something')
    if (walk.isInside(result)) refuse('an identity method must not lead back to its own object')
    walk.write(result)
  } catch (thrown) {
    throw under({ identity: true }, thrown)
  }
  walk.leave(')')
}

/** Sorts by code units, without a locale. Many objects are sorted already, which is checked first. */
function sortByCodeUnits(keys: string[]): void {
  for (let index = 1; index < keys.length; index++) {
    if (keys[index - 1]! > keys[index]!) {
      keys.sort()
      return
    }
  }
}
