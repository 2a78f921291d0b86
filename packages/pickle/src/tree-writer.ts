import { types } from '@persist/platform'
import { type BuiltInType, type ByteRange, isBare } from './built-in-type.ts'
import { BUILT_IN_BY_PROTOTYPE } from './built-in-types.ts'
import { REFUSED_KEYS } from './hoist.ts'
import { isoDate } from './iso-date.ts'
import { Notes } from './notes.ts'
import type { ResolvedOptions } from './options.ts'
import { hasInternalSlots, isDense, isJsonNumber, isPlainPrimitive } from './own-properties.ts'
import { Part } from './parts.ts'
import { localPrototypeOf } from './realm.ts'
import { CUSTOM, DECIMAL_LIMIT, Tagged } from './tagged.ts'

const { getOwnPropertyDescriptor, getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf } = Object
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype
const { slice } = Array.prototype
const objectString = Object.prototype.toString
const { getTime } = Date.prototype
const { forEach: forEachEntry } = Map.prototype
const { forEach: forEachMember } = Set.prototype
const lookupGetter: (this: object, key: number) => unknown =
  // Three times as fast as a look at the descriptor (ECMA-262, B.2.2.4).
  (Object.prototype as { __lookupGetter__?: (key: PropertyKey) => unknown }).__lookupGetter__ ??
  function (key) {
    return getOwnPropertyDescriptor(this, key)?.get
  }

const LEAST_DECIMAL = -DECIMAL_LIMIT
/** Prototypes that need no lookup. */
const OFTEN: ReadonlySet<object> = new Set([Array.prototype, Date.prototype, Map.prototype, Set.prototype])
const CARE = new Error('this value needs more care')

/** What a walk through a tree depends on. */
export type TreeOptions = Pick<ResolvedOptions, 'maxDepth' | 'types'>

/**
 * Prepares a tree for JSON, with annotations of what JSON lacks, letter for letter as superjson 2 writes them
 * (https://github.com/flightcontrolhq/superjson). It leaves out superjson's notes on equal references: it takes equal NaNs
 * and BigInts for shared objects, and reading those notes loses entries of Maps and Sets. Throws for what needs more care.
 */
export class TreeWriter {
  readonly notes = new Notes()
  readonly parts: Part[] = []
  readonly byteRanges: ByteRange[] = []
  readonly #options: TreeOptions
  readonly #seen = new Set<object>()
  #hasRefusedKey = false

  constructor(options: TreeOptions) {
    this.#options = options
  }

  /** Whether superjson would refuse a key beside the annotations. */
  get needsEntries(): boolean {
    return this.#hasRefusedKey && this.notes.count > 0
  }

  /** What JSON writes for a part at `depth`. */
  member(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        if (isJsonNumber(value)) return value
        this.notes.add('["number"]')
        return Object.is(value, -0) ? '-0' : String(value)
      case 'undefined':
        this.notes.add('["undefined"]')
        return null
      case 'bigint':
        if (value >= DECIMAL_LIMIT || value <= LEAST_DECIMAL) throw CARE
        this.notes.add('["bigint"]')
        return value.toString()
      case 'object':
        return value === null ? null : this.#object(value, depth)
      default:
        throw CARE
    }
  }

  #object(value: object, depth: number): unknown {
    if (depth >= this.#options.maxDepth || types.isProxy(value)) throw CARE
    const reached = this.#seen.size
    if (this.#seen.add(value).size === reached) throw CARE
    const original: object | null = getPrototypeOf(value)
    if (original === objectPrototype) return this.#plain(value as Record<string, unknown>, depth)
    if (original === null || types.isProxy(original)) throw CARE
    const prototype = OFTEN.has(original) ? original : localPrototypeOf(original)
    // JSON.stringify would call the one of another realm.
    if (prototype !== original && 'toJSON' in original) throw CARE
    if (prototype === arrayPrototype && Array.isArray(value)) return this.#array(value, depth)
    if (prototype === objectPrototype) return this.#plain(value as Record<string, unknown>, depth)
    if (prototype === Tagged.prototype) return this.#tagged(value as Tagged, depth)
    if (this.#options.types.length > 0) throw CARE
    if (prototype === Date.prototype) return this.#date(value as Date)
    if (prototype === Map.prototype) return this.#map(value as Map<unknown, unknown>, depth)
    if (prototype === Set.prototype) return this.#set(value as Set<unknown>, depth)
    const builtIn = BUILT_IN_BY_PROTOTYPE.get(prototype)
    if (builtIn === undefined) throw CARE
    return this.#builtIn(builtIn, value)
  }

  #plain(value: Record<string, unknown>, depth: number): object {
    const names = getOwnPropertyNames(value)
    if (
      getOwnPropertySymbols(value).length !== 0 ||
      objectString.call(value) !== '[object Object]' ||
      ((names.length === 0 || names[0] === '0') && hasInternalSlots(value))
    )
      throw CARE
    const { notes } = this
    const first = notes.count
    let changed: unknown[] | undefined
    let isUnsorted = false
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      const property = getOwnPropertyDescriptor(value, name)
      if (property?.enumerable !== true || property.writable === undefined) throw CARE
      if (REFUSED_KEYS.has(name)) this.#hasRefusedKey = true
      const member: unknown = property.value
      if (isPlainPrimitive(member)) continue
      const start = notes.count
      const made = this.member(member, depth + 1)
      if (made !== member) {
        changed ??= []
        changed.push(name, made)
      }
      if (notes.count > start && notes.lift(notes.stepOf(name), start, first)) isUnsorted = true
    }
    if (isUnsorted) notes.sort(first)
    return changed === undefined ? value : withMembers(value, changed)
  }

  #array(value: readonly unknown[], depth: number): object {
    if (!isDense(value)) throw CARE
    const { notes } = this
    const first = notes.count
    let copy: unknown[] | undefined
    let isUnsorted = false
    for (let index = 0; index < value.length; index++) {
      // An element with only a setter is `undefined`.
      if (lookupGetter.call(value, index) !== undefined) throw CARE
      const element = value[index]
      if (copy === undefined && isPlainPrimitive(element)) continue
      const start = notes.count
      const made = this.member(element, depth + 1)
      if (made !== element && copy === undefined) copy = slice.call(value, 0, index)
      copy?.push(made)
      if (notes.count > start && notes.lift(String(index), start, first)) isUnsorted = true
    }
    if (isUnsorted) notes.sort(first)
    return copy ?? value
  }

  #tagged(tagged: Tagged, depth: number): object {
    const first = this.notes.count
    const json = this.#array(tagged, depth)
    this.notes.wrap(CUSTOM_TYPE, first)
    return json
  }

  #map(map: Map<unknown, unknown>, depth: number): object {
    const { notes } = this
    const first = notes.count
    const json: unknown[] = []
    if (!isBare(map)) throw CARE
    forEachEntry.call(map, (value, key) => {
      const start = notes.count
      const keyJson = this.member(key, depth + 1)
      if (notes.count > start) notes.lift('0', start, start)
      const middle = notes.count
      const valueJson = this.member(value, depth + 1)
      if (notes.count > middle && notes.lift('1', middle, start)) notes.sort(start)
      if (notes.count > start) notes.lift(String(json.length), start, first)
      json.push([keyJson, valueJson])
    })
    notes.wrap('"map"', first)
    return json
  }

  #set(set: Set<unknown>, depth: number): object {
    const { notes } = this
    const first = notes.count
    const json: unknown[] = []
    let isUnsorted = false
    if (!isBare(set)) throw CARE
    forEachMember.call(set, (member) => {
      const start = notes.count
      const made = this.member(member, depth + 1)
      if (notes.count > start && notes.lift(String(json.length), start, first)) isUnsorted = true
      json.push(made)
    })
    if (isUnsorted) notes.sort(first)
    notes.wrap('"set"', first)
    return json
  }

  #date(date: Date): string {
    if (!isBare(date)) throw CARE
    // This throws for an invalid date, and for an object that only looks like one.
    const iso = isoDate(getTime.call(date))
    this.notes.add('["Date"]')
    return iso
  }

  #builtIn(builtIn: BuiltInType, value: object): unknown {
    const encoded = builtIn.encode(value, false)
    if (builtIn.byteRange) this.byteRanges.push(builtIn.byteRange(value))
    if (encoded instanceof RegExp) {
      this.notes.add('["regexp"]')
      return String(encoded)
    }
    if (encoded instanceof URL) {
      this.notes.add('["URL"]')
      return encoded.href
    }
    if (encoded instanceof Part) {
      this.parts.push(encoded)
      this.notes.add(CUSTOM_NOTE)
      return encoded.tagged
    }
    if (!(encoded instanceof Tagged) || typeof encoded[1] !== 'string') throw CARE
    this.notes.add(CUSTOM_NOTE)
    return encoded
  }
}

const CUSTOM_TYPE = `["custom","${CUSTOM}"]`
const CUSTOM_NOTE = `[${CUSTOM_TYPE}]`

/** A copy of an object, with other values for some names: names and values take turns. */
function withMembers(value: Record<string, unknown>, changed: readonly unknown[]): object {
  const copy = { ...value }
  for (let index = 0; index < changed.length; index += 2) copy[changed[index] as string] = changed[index + 1]
  return copy
}
