import { isIndex, setOwn } from './own-properties.ts'
import { ARRAY } from './tagged.ts'
import type { Walk } from './walk.ts'

/**
 * Copies an array that is a Proxy, or has holes, or properties besides its elements, as the result of `match()` has. The
 * text format has no holes: a `length` alone would let 20 bytes claim four billion of them.
 */
export function copySparseArray(walk: Walk, value: unknown[], depth: number): object {
  const elements: unknown[] = []
  elements.length = value.length
  const extras: [string, unknown][] = []
  for (const key of Reflect.ownKeys(value)) {
    if (key === 'length') continue
    if (typeof key === 'symbol' || Object.getOwnPropertyDescriptor(value, key)?.enumerable !== true)
      return walk.failHidden(value, depth)
    const member: unknown = Reflect.get(value, key)
    if (isIndex(key)) elements[Number(key)] = member
    else if (walk.format === 'json') walk.failAt(key, depth, 'a property of an array is not plain JSON')
    else extras.push([key, member])
  }
  if (walk.format !== 'binary') refuseHoles(walk, elements, depth)
  return walk.format === 'binary'
    ? binaryCopy(walk, value, elements, extras, depth)
    : textCopy(walk, value, elements, extras, depth)
}

function refuseHoles(walk: Walk, elements: readonly unknown[], depth: number): void {
  for (let index = 0; index < elements.length; index++) {
    if (!Object.hasOwn(elements, index))
      walk.failAt(index, depth, 'a hole in an array cannot be stored as text (@persist/pickle/v8 can store it)')
  }
}

function textCopy(
  walk: Walk,
  value: unknown[],
  elements: unknown[],
  extras: [string, unknown][],
  depth: number,
): object {
  const copy = extras.length === 0 ? elements : walk.tag(ARRAY, [elements, extras])
  walk.remember(value, copy)
  walk.elements(elements, depth)
  for (const entry of extras) entry[1] = walk.member(entry[1], entry[0], depth)
  return copy
}

/** Walks over the keys: the array may have four billion holes and few elements. */
function binaryCopy(
  walk: Walk,
  value: unknown[],
  copy: unknown[],
  extras: readonly [string, unknown][],
  depth: number,
): object {
  walk.remember(value, copy)
  for (const key of Object.keys(copy)) copy[Number(key)] = walk.member(copy[Number(key)], Number(key), depth)
  for (const [key, member] of extras) setOwn(copy, key, walk.member(member, key, depth))
  return copy
}
