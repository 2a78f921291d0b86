import { isBareDate, RealDate, types } from '@persist/platform'
import { type BuiltInType, type ByteRange, isBare } from './built-in-type.ts'
import { BUILT_IN_BY_PROTOTYPE } from './built-in-types.ts'
import { REFUSED_KEYS } from './hoist.ts'
import { isoDate } from './iso-date.ts'
import { Notes } from './notes.ts'
import type { ResolvedOptions } from './options.ts'
import { hasInternalSlots, isDense, isJsonNumber, isPlainPrimitive } from './own-properties.ts'
import { Part } from './parts.ts'
import { localPrototypeOf } from './realm.ts'
import { SeenObjects } from './seen-objects.ts'
import { CUSTOM, DECIMAL_LIMIT, Tagged } from './tagged.ts'

const { getOwnPropertyDescriptor, getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf, keys } = Object
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype
const datePrototype = RealDate.prototype
const { slice } = Array.prototype
const objectString = Object.prototype.toString
const { getTime } = Date.prototype
const { forEach: forEachEntry } = Map.prototype
const { forEach: forEachMember } = Set.prototype
const lookupGetter: (this: object, key: PropertyKey) => unknown =
  // Three times as fast as a look at the descriptor (ECMA-262, B.2.2.4).
  (Object.prototype as { __lookupGetter__?: (key: PropertyKey) => unknown }).__lookupGetter__ ??
  function (key) {
    return getOwnPropertyDescriptor(this, key)?.get
  }

const SHORTEST_REFUSED_KEY = Math.min(...[...REFUSED_KEYS].map(({ length }) => length))
const LEAST_DECIMAL = -DECIMAL_LIMIT
/** Prototypes that need no lookup. */
const OFTEN: ReadonlySet<object> = new Set([Array.prototype, datePrototype, Map.prototype, Set.prototype])
const CARE = new Error('this value needs more care')

/** What a walk through a tree depends on. */
export type TreeOptions = Pick<ResolvedOptions, 'maxDepth' | 'types'>

/**
 * Prepares a tree for JSON, with annotations of what JSON lacks, letter for letter as superjson 2 writes them
 * (https://github.com/flightcontrolhq/superjson). It leaves out superjson's notes on equal references: it takes equal NaNs
 * and BigInts for shared objects, and reading those notes loses entries of Maps and Sets. Throws for what needs more care.
 *
 * The file is long because each kind of value may contain any other: it is one walk.
 */
export class TreeWriter {
  readonly notes = new Notes()
  readonly parts: Part[] = []
  readonly byteRanges: ByteRange[] = []
  readonly #options: TreeOptions
  readonly #seen = new SeenObjects()
  #hasRefusedKey = false

  constructor(options: TreeOptions) {
    this.#options = options
  }

  /** Whether there is a key that superjson refuses beside annotations. */
  get hasRefusedKey(): boolean {
    return this.#hasRefusedKey
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
    const original: object | null = getPrototypeOf(value)
    if (original === datePrototype) return this.#date(value as Date)
    if (!this.#seen.add(value)) throw CARE
    if (original === objectPrototype) return this.#plain(value as Record<string, unknown>, depth)
    if (original === null || types.isProxy(original)) throw CARE
    const prototype = OFTEN.has(original) ? original : localPrototypeOf(original)
    // JSON.stringify would call the one of another realm.
    if (prototype !== original && 'toJSON' in original) throw CARE
    if (prototype === arrayPrototype && Array.isArray(value)) return this.#array(value, depth)
    if (prototype === objectPrototype) return this.#plain(value as Record<string, unknown>, depth)
    if (prototype === Tagged.prototype) return this.#tagged(value as Tagged, depth)
    if (this.#options.types.length > 0) throw CARE
    if (prototype === datePrototype) return this.#iso(value as Date, getTime.call(value))
    if (prototype === Map.prototype) return this.#map(value as Map<unknown, unknown>, depth)
    if (prototype === Set.prototype) return this.#set(value as Set<unknown>, depth)
    const builtIn = BUILT_IN_BY_PROTOTYPE.get(prototype)
    if (builtIn === undefined) throw CARE
    return this.#builtIn(builtIn, value)
  }

  #plain(value: Record<string, unknown>, depth: number): object {
    const names = getOwnPropertyNames(value)
    if (
      keys(value).length !== names.length ||
      getOwnPropertySymbols(value).length !== 0 ||
      objectString.call(value) !== '[object Object]' ||
      ((names.length === 0 || names[0] === '0') && hasInternalSlots(value))
    )
      throw CARE
    let isPlain = true
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      if (lookupGetter.call(value, name) !== undefined) throw CARE
      if (name.length >= SHORTEST_REFUSED_KEY && REFUSED_KEYS.has(name)) this.#hasRefusedKey = true
      const member = value[name]
      if (isPlainPrimitive(member)) continue
      isPlain = false
      if (member === undefined && getOwnPropertyDescriptor(value, name)?.set !== undefined) throw CARE
    }
    return isPlain ? value : this.#members(value, names, depth)
  }

  /** As {@link #plain}. All members are known to be data. */
  #members(value: Record<string, unknown>, names: readonly string[], depth: number): object {
    const { notes } = this
    let copy: Record<string, unknown> | undefined
    notes.enter()
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      const member = value[name]
      if (isPlainPrimitive(member)) continue
      notes.step(name)
      const made = this.member(member, depth + 1)
      if (made === member) continue
      copy ??= { ...value }
      copy[name] = made
    }
    notes.leave()
    return copy ?? value
  }

  #array(value: readonly unknown[], depth: number): object {
    this.notes.enter()
    const json = this.#elements(value, depth)
    this.notes.leave()
    return json
  }

  #elements(value: readonly unknown[], depth: number): object {
    if (!isDense(value)) throw CARE
    const { notes } = this
    let copy: unknown[] | undefined
    for (let index = 0; index < value.length; index++) {
      // An element with only a setter is `undefined`.
      if (lookupGetter.call(value, index) !== undefined) throw CARE
      const element = value[index]
      if (isPlainPrimitive(element)) {
        copy?.push(element)
        continue
      }
      notes.step(index)
      const made = this.member(element, depth + 1)
      if (made !== element && copy === undefined) copy = slice.call(value, 0, index)
      copy?.push(made)
    }
    return copy ?? value
  }

  #tagged(tagged: Tagged, depth: number): object {
    const outerLevel = this.notes.enterTree()
    const json = this.#elements(tagged, depth)
    this.notes.leaveTree(CUSTOM_TYPE, outerLevel)
    return json
  }

  #map(map: Map<unknown, unknown>, depth: number): object {
    const { notes } = this
    const json: unknown[] = []
    if (!isBare(map)) throw CARE
    const outerLevel = notes.enterTree()
    forEachEntry.call(map, (value, key) => {
      const isPlain = isPlainPrimitive(key) && isPlainPrimitive(value)
      json.push(isPlain ? [key, value] : this.#entry(key, value, json.length, depth + 1))
    })
    notes.leaveTree('"map"', outerLevel)
    return json
  }

  #entry(key: unknown, value: unknown, index: number, depth: number): unknown[] {
    const { notes } = this
    notes.step(index)
    notes.enter()
    notes.step(0)
    const keyJson = this.member(key, depth)
    notes.step(1)
    const valueJson = this.member(value, depth)
    notes.leave()
    return [keyJson, valueJson]
  }

  #set(set: Set<unknown>, depth: number): object {
    const { notes } = this
    const json: unknown[] = []
    if (!isBare(set)) throw CARE
    const outerLevel = notes.enterTree()
    forEachMember.call(set, (member) => {
      if (!isPlainPrimitive(member)) notes.step(json.length)
      json.push(this.member(member, depth + 1))
    })
    notes.leaveTree('"set"', outerLevel)
    return json
  }

  #date(date: Date): string {
    if (this.#options.types.length > 0) throw CARE
    // This throws for an object that only looks like a date.
    const time = getTime.call(date)
    if (!this.#seen.addDate(date, time)) throw CARE
    return this.#iso(date, time)
  }

  #iso(date: Date, time: number): string {
    if (!isBareDate(date)) throw CARE
    // This throws for an invalid date.
    const iso = isoDate(time)
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
