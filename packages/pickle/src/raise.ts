import { emptyError, fillError } from './error-types.ts'
import type { Leaf } from './leaf.ts'
import { LEAVES } from './leaves.ts'
import type { PickleType } from './options.ts'
import { setOwn } from './own.ts'
import { ARRAY, BIG_INTEGER, ENTRIES, NULL_PROTOTYPE, REFERENCE } from './tagged.ts'

/** What is read: a value in which some objects stand for others. */
export interface Lowered {
  readonly value: unknown
  /** Whether an object is a name and a payload, rather than itself. */
  isTagged(object: object): boolean
  /** Whether arrays may have holes: one of V8's may have a length of four billion, and next to nothing in it. */
  readonly holes: boolean
  /** What references lead to, by number. Without it there are none. */
  readonly graph?: readonly unknown[]
}

const LEAVES_BY_NAME = new Map<unknown, Leaf>(LEAVES.map((leaf) => [leaf.name, leaf]))
const BUILDING = Symbol('building')

/**
 * Puts in, in place, what the tagged objects stand for. What others lead to comes back as one object, also through Maps,
 * Sets and errors, and in circles. Throws for anything that was never written.
 */
export function raise({ value, isTagged, holes, graph }: Lowered, types: readonly PickleType[]): unknown {
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
    const leaf = LEAVES_BY_NAME.get(name)
    if (leaf !== undefined) return whole(source, (payload) => leaf.raise(payload))
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

  /** What is made of its whole payload at once, so cannot be part of it. */
  function whole(source: [unknown, unknown], build: (payload: unknown) => unknown): unknown {
    made.set(source, BUILDING)
    const value = build(member(source[1]))
    made.set(source, value)
    return value
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
  if (!Array.isArray(value)) throw new TypeError('not made of what this type is made of')
  return value
}

/** Linear in its length, which decimal digits are not. */
function hexInteger(digits: unknown): bigint {
  if (typeof digits !== 'string' || !/^-?[1-9a-f][0-9a-f]*$/.test(digits)) throw new TypeError('not a BigInt')
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`)
}
