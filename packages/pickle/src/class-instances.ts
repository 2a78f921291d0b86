import { isRawJson, types } from '@persist/platform'
import type { BuiltInType } from './built-in-type.ts'
import { BUILT_IN_BY_PROTOTYPE } from './built-in-types.ts'
import { ERROR_NAMES, isOrigin, UNLISTED } from './error-types.ts'
import type { PickleType } from './options.ts'
import { setOwn } from './own-properties.ts'
import { Part } from './parts.ts'
import { className, refusal, unreadable, whyExtras } from './refusals.ts'
import { NULL_PROTOTYPE, Tagged } from './tagged.ts'
import type { Walk } from './walk.ts'

/**
 * Copies an object that is neither plain nor an array, or throws. Returns `undefined` for a function or a symbol that no
 * type of the user accepts.
 */
export function copyInstance(
  walk: Walk,
  value: object | symbol,
  prototype: object | null,
  depth: number,
): object | undefined {
  for (const type of walk.options.types) if (type.test(value)) return copyCustom(walk, type, value, depth)
  if (typeof value === 'symbol' || typeof value === 'function') return undefined
  if (prototype === Map.prototype) return copyMap(walk, value as Map<unknown, unknown>, depth)
  if (prototype === Set.prototype) return copySet(walk, value as Set<unknown>, depth)
  const builtIn = BUILT_IN_BY_PROTOTYPE.get(prototype)
  if (builtIn !== undefined) return copyBuiltIn(walk, builtIn, value, depth)
  const errorName = prototype && ERROR_NAMES.get(prototype)
  if (errorName) return copyError(walk, errorName, value, depth)
  if (prototype === null) return copyNullPrototype(walk, value, depth)
  return walk.fail(refusal(value, prototype), depth)
}

function copyCustom(walk: Walk, type: PickleType, value: object | symbol, depth: number): Tagged {
  const tagged = walk.tag(type.name, undefined)
  walk.custom.add(tagged)
  walk.remember(value, tagged)
  tagged[1] = walk.member(type.pickle(value), { pickled: type.name }, depth)
  return tagged
}

function copyMap(walk: Walk, map: Map<unknown, unknown>, depth: number): object {
  const entries: [unknown, unknown][] = []
  const own = reading(walk, map, Map.prototype, depth, () => {
    Map.prototype.forEach.call(map, (value, key) => entries.push([key, value]))
    return Reflect.ownKeys(map)
  })
  refuseOwnProperties(walk, own, Map.prototype, depth)
  const copy = new Map<unknown, unknown>()
  walk.remember(map, copy)
  for (const [index, [key, value]] of entries.entries()) {
    const keyCopy = walk.member(key, { of: 'keys', index }, depth)
    copy.set(keyCopy, walk.member(value, { of: 'values', index }, depth))
  }
  return copy
}

function copySet(walk: Walk, set: Set<unknown>, depth: number): object {
  const members: unknown[] = []
  const own = reading(walk, set, Set.prototype, depth, () => {
    Set.prototype.forEach.call(set, (member) => members.push(member))
    return Reflect.ownKeys(set)
  })
  refuseOwnProperties(walk, own, Set.prototype, depth)
  const copy = new Set<unknown>()
  walk.remember(set, copy)
  for (const [index, member] of members.entries()) copy.add(walk.member(member, { of: 'values', index }, depth))
  return copy
}

function copyBuiltIn(walk: Walk, builtIn: BuiltInType, value: object, depth: number): object {
  const binary = walk.format === 'binary'
  const encoded = reading(walk, value, builtIn.prototype ?? null, depth, () => builtIn.encode(value, binary))
  if (encoded === undefined) return walk.fail(whyExtras(builtIn.name, builtIn.prototype), depth)
  const path = walk.steps(depth)
  if (builtIn.byteRange) walk.byteRanges.push({ ...builtIn.byteRange(value), path })
  const copy = encoded instanceof Part ? encoded.tagged : encoded
  if (encoded instanceof Part) {
    encoded.path = path
    walk.parts.push(encoded)
  }
  if (copy instanceof Tagged) walk.adopt(copy)
  walk.remember(value, copy)
  return copy
}

function copyError(walk: Walk, name: string, error: object, depth: number): Tagged {
  if (!types.isNativeError(error)) walk.fail(`this only looks like a ${name}`, depth)
  const unlisted: Record<string, unknown> = {}
  const listed: Record<string, unknown> = {}
  const tagged = walk.tag(name, [unlisted, listed])
  walk.remember(error, tagged)
  for (const key of Reflect.ownKeys(error)) {
    if (!walk.options.stacks && isOrigin(error, key)) continue
    if (typeof key === 'symbol')
      return walk.fail(`an error with a symbol for a key (${String(key)}) cannot be stored`, depth)
    const property = Object.getOwnPropertyDescriptor(error, key)
    if (property?.enumerable !== true && !UNLISTED.has(key))
      walk.failAt(key, depth, 'a property that is not enumerable cannot be stored')
    const value: unknown = Reflect.get(error, key)
    setOwn(property?.enumerable === true ? listed : unlisted, key, walk.member(value, key, depth))
  }
  return tagged
}

function copyNullPrototype(walk: Walk, value: object, depth: number): Tagged {
  if (types.isModuleNamespaceObject(value)) walk.failHidden(value, depth)
  if (isRawJson(value)) walk.fail('raw JSON cannot be stored: store its text, raw.rawJSON', depth)
  const entries: [string, unknown][] = []
  const tagged = walk.tag(NULL_PROTOTYPE, entries)
  walk.remember(value, tagged)
  const names = Reflect.ownKeys(value)
  for (const key of names) {
    if (typeof key === 'symbol' || Object.getOwnPropertyDescriptor(value, key)?.enumerable !== true)
      return walk.failHidden(value, depth)
    entries.push([key, walk.member(Reflect.get(value, key), key, depth)])
  }
  walk.refuseInternalSlots(value, names as string[], depth)
  return tagged
}

function refuseOwnProperties(walk: Walk, own: readonly PropertyKey[], prototype: object, depth: number): void {
  if (own.length > 0) walk.fail(whyExtras(className(prototype), prototype), depth)
}

/** Reads the internal slots of a built-in object. The engine throws if a forged object has none. */
function reading<T>(walk: Walk, value: object, prototype: object | null, depth: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    return walk.fail(unreadable(value, prototype, error), depth, error)
  }
}
