import type { BuiltInType } from './built-in-type.ts'
import { BUILT_IN_TYPES } from './built-in-types.ts'
import { emptyError, fillError } from './error-types.ts'
import type { PickleType } from './options.ts'
import { setOwn } from './own-properties.ts'
import type { StoredParts } from './payload-bytes.ts'
import { ARRAY, BIG_INTEGER, ENTRIES, NULL_PROTOTYPE, REFERENCE } from './tagged.ts'

/** A value as it was read, in which some objects stand for others. */
export interface Encoded {
  readonly value: unknown
  /** Whether an object is the name of a type and a payload. */
  isTagged(object: object): boolean
  /** Whether arrays may have holes. An array that V8 reads may have a length of four billion and few elements. */
  readonly holes: boolean
  /** The targets of references, by number. Without it, there are no references. */
  readonly graph?: readonly unknown[]
  /** The binary parts outside of the text. Without it, there are none. */
  readonly parts?: StoredParts
}

const BUILT_IN_BY_NAME = new Map<unknown, BuiltInType>(BUILT_IN_TYPES.map((builtIn) => [builtIn.name, builtIn]))
const BUILDING = Symbol('building')

/**
 * Replaces tagged objects, in place, by the values they stand for. A shared object comes back as one object, also through
 * Maps, Sets, errors and cycles. Throws for anything that was never written.
 */
export function revive({ value, isTagged, holes, graph, parts }: Encoded, types: readonly PickleType[]): unknown {
  const made = new Map<object, unknown>()
  const typesByName = new Map<unknown, PickleType>(types.map((type) => [type.name, type]))

  function member(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const known = made.get(value)
    if (known === BUILDING) throw new TypeError('a value is made of itself')
    if (known !== undefined || made.has(value)) return known
    return isTagged(value) ? tagged(value as [unknown, unknown]) : container(value)
  }

  function container(value: object): object {
    made.set(value, value)
    if (value instanceof Map) fillMap(value)
    else if (value instanceof Set) fillSet(value)
    else if (Array.isArray(value) && !holes) fillElements(value)
    else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
      fillMembers(value as Record<string, unknown>)
    return value
  }

  function fillElements(value: unknown[]): void {
    for (let index = 0; index < value.length; index++) {
      const old = value[index]
      if (typeof old === 'object' && old !== null) value[index] = member(old)
    }
  }

  function fillMembers(value: Record<string, unknown>): void {
    for (const key of Object.keys(value)) {
      const old = value[key]
      if (typeof old === 'object' && old !== null) value[key] = member(old)
    }
  }

  function fillMap(map: Map<unknown, unknown>): void {
    const entries = [...map].map(([key, value]) => [member(key), member(value)] as const)
    map.clear()
    for (const [key, value] of entries) map.set(key, value)
    if (map.size !== entries.length) throw new TypeError('a Map has one key twice')
  }

  function fillSet(set: Set<unknown>): void {
    const members = [...set].map(member)
    set.clear()
    for (const value of members) set.add(value)
    if (set.size !== members.length) throw new TypeError('a Set has one member twice')
  }

  function tagged(source: [unknown, unknown]): unknown {
    const [name, payload] = source
    if (name === REFERENCE && graph !== undefined) return referred(payload)
    const type = typesByName.get(name)
    if (type !== undefined) return whole(source, (payload) => type.unpickle(payload))
    const builtIn = BUILT_IN_BY_NAME.get(name)
    if (builtIn !== undefined) return whole(source, (payload) => builtInOf(builtIn, payload))
    if (name === BIG_INTEGER) return hexInteger(payload)
    if (name === ARRAY) return array(source)
    if (name === ENTRIES) return object({}, source)
    if (name === NULL_PROTOTYPE) return object(Object.create(null), source)
    const error = emptyError(name as string)
    if (error !== undefined) return errorOf(error, source)
    throw new TypeError(`no type is named ${JSON.stringify(name)}: give it to createPickle({ types })`)
  }

  function referred(number: unknown): unknown {
    const target = graph?.[number as number]
    if (!Number.isInteger(number) || typeof target !== 'object' || target === null)
      throw new TypeError('a reference leads nowhere')
    if (isTagged(target) && (target as unknown[])[0] === REFERENCE) throw new TypeError('a reference leads to another')
    return member(target)
  }

  /** Builds a value from its whole payload at once. The value cannot be part of its own payload. */
  function whole(source: [unknown, unknown], build: (payload: unknown) => unknown): unknown {
    made.set(source, BUILDING)
    const value = build(member(source[1]))
    made.set(source, value)
    return value
  }

  function builtInOf(builtIn: BuiltInType, payload: unknown): unknown {
    const { elementSize } = builtIn
    const isPart = typeof payload === 'number' && elementSize !== undefined && parts !== undefined
    return isPart ? builtIn.revive(payload, parts.take(payload, elementSize)) : builtIn.revive(payload)
  }

  function array(source: [unknown, unknown]): unknown[] {
    const [elements, entries, ...rest] = arrayOf(source[1])
    const array = arrayOf(elements)
    if (isTagged(array) || rest.length > 0) throw new TypeError('an array is made of elements and entries')
    made.set(source, array)
    container(array)
    setEntries(array, entries)
    return array
  }

  function object(empty: object, source: [unknown, unknown]): object {
    made.set(source, empty)
    setEntries(empty, source[1])
    return empty
  }

  function setEntries(object: object, entries: unknown): void {
    for (const entry of arrayOf(entries)) {
      const [key, value, ...rest] = arrayOf(entry)
      if (typeof key !== 'string' || rest.length > 0 || Object.hasOwn(object, key))
        throw new TypeError('an entry is a key of its own and a value')
      setOwn(object, key, member(value))
    }
  }

  function errorOf(error: Error, source: [unknown, unknown]): Error {
    made.set(source, error)
    const parts = arrayOf(source[1]).map(member)
    if (parts.length !== 2 || parts.some((part) => typeof part !== 'object' || part === null))
      throw new TypeError('an error is made of two objects')
    fillError(error, parts)
    return error
  }

  return member(value)
}

function arrayOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('a payload must be an array')
  return value
}

/** Reads hexadecimal digits, which takes linear time. Decimal digits take longer. */
function hexInteger(digits: unknown): bigint {
  if (typeof digits !== 'string' || !/^-?[1-9a-f][0-9a-f]*$/.test(digits)) throw new TypeError('not a BigInt')
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`)
}
