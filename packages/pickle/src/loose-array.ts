import { isIndex, setOwn } from './own.ts'
import { ARRAY } from './tagged.ts'
import type { Walk } from './walk.ts'

/**
 * The copy of an array that is a Proxy, or has holes or properties beside its elements, as the result of `text.match()`
 * has. Text has no holes: `length` alone would let 20 bytes claim four billion of them.
 */
export function looseArrayCopy(walk: Walk, value: unknown[], depth: number): object {
  const elements: unknown[] = []
  elements.length = value.length
  const beside: [string, unknown][] = []
  for (const key of Reflect.ownKeys(value)) {
    if (key === 'length') continue
    if (typeof key === 'symbol' || Object.getOwnPropertyDescriptor(value, key)?.enumerable !== true)
      return walk.failHidden(value, depth)
    const member: unknown = Reflect.get(value, key)
    if (isIndex(key)) elements[Number(key)] = member
    else if (walk.dialect === 'json') walk.failAt(key, depth, 'a property of an array is not plain JSON')
    else beside.push([key, member])
  }
  if (walk.dialect !== 'binary') refuseHoles(walk, elements, depth)
  return walk.dialect === 'binary'
    ? binaryCopy(walk, value, elements, beside, depth)
    : textCopy(walk, value, elements, beside, depth)
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
  beside: [string, unknown][],
  depth: number,
): object {
  const copy = beside.length === 0 ? elements : walk.tag(ARRAY, [elements, beside])
  walk.remember(value, copy)
  walk.elements(elements, depth)
  for (const entry of beside) entry[1] = walk.member(entry[1], entry[0], depth)
  return copy
}

/** By keys: the length may be four billion, with next to nothing in it. */
function binaryCopy(
  walk: Walk,
  value: unknown[],
  copy: unknown[],
  beside: readonly [string, unknown][],
  depth: number,
): object {
  walk.remember(value, copy)
  for (const key of Object.keys(copy)) copy[Number(key)] = walk.member(copy[Number(key)], Number(key), depth)
  for (const [key, member] of beside) setOwn(copy, key, walk.member(member, key, depth))
  return copy
}
