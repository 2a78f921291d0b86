import { types } from '@persist/platform'
import { copyInstance } from './class-instances.ts'
import { hasInternalSlots, isDense, isFlat, isJsonNumber, isPlainPrimitive, SHORT } from './own-properties.ts'
import type { Step } from './path.ts'
import { localPrototypeOf } from './realm.ts'
import { className } from './refusals.ts'
import { copySparseArray } from './sparse-array.ts'
import { BIG_INTEGER, DECIMAL_LIMIT } from './tagged.ts'
import { WalkState } from './walk-state.ts'

const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, keys } = Object
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype
const slice = Array.prototype.slice
const objectString = Object.prototype.toString

const INSTEAD = { function: 'store what it returns', symbol: 'store its description' }

/** From about this many properties on, V8 keeps an object as a hash table, which is slow to copy. */
const WIDE = 1_000

/**
 * Copies one value in one walk. The engine makes a shallow copy of each object (`{...value}`, `slice`), which reads each
 * member once, and the walk goes on in that copy. So a getter or a Proxy cannot show one thing to the walk and another to
 * the writer.
 */
export class Walk extends WalkState {
  root(value: unknown): unknown {
    if (typeof value === 'object' && value !== null) return this.#object(value, 0)
    return this.#primitive(value, 0)
  }

  /** The copy of a member of the object at `depth`, or what stands for it. */
  member(value: unknown, step: Step, depth: number): unknown {
    this.path[depth] = step
    if (typeof value === 'object' && value !== null) return this.#object(value, depth + 1)
    return this.#primitive(value, depth + 1)
  }

  #primitive(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        if (!isJsonNumber(value)) this.beyondJson(Object.is(value, -0) ? '-0' : String(value), depth)
        return value
      case 'undefined':
        this.beyondJson('undefined', depth)
        return value
      case 'bigint':
        this.beyondJson('a BigInt', depth)
        return this.format === 'text' && (value >= DECIMAL_LIMIT || value <= -DECIMAL_LIMIT)
          ? this.tag(BIG_INTEGER, value < 0n ? `-${(-value).toString(16)}` : value.toString(16))
          : value
      case 'symbol':
      case 'function':
        return this.#functionOrSymbol(value, depth)
      default:
        return value
    }
  }

  #functionOrSymbol(value: symbol | object, depth: number): unknown {
    this.depth = depth
    const known = this.copies.get(value)
    if (known !== undefined) {
      this.shared.add(known)
      return known
    }
    if (this.format !== 'json') {
      const made = copyInstance(this, value, null, depth)
      if (made !== undefined) return made
    }
    return this.fail(`a ${typeof value} cannot be stored: ${INSTEAD[typeof value as 'symbol' | 'function']}`, depth)
  }

  #object(value: object, depth: number): object {
    const known = this.copies.get(value)
    if (known !== undefined) {
      if (this.format === 'json') this.fail('an object that is reached twice is not plain JSON', depth)
      this.shared.add(known)
      return known
    }
    const { maxDepth } = this.options
    if (depth >= maxDepth) {
      this.fail(
        `this is nested more than ${maxDepth} levels deep: flatten it, or give createPickle a larger maxDepth`,
        depth,
      )
    }
    this.depth = depth
    const original: object | null = getPrototypeOf(value)
    if (original === objectPrototype) return this.#plain(value as Record<string, unknown>, depth)
    const prototype = original === null || original === arrayPrototype ? original : localPrototypeOf(original)
    if (prototype === arrayPrototype && Array.isArray(value)) return this.#array(value, depth)
    if (prototype === objectPrototype) return this.#plain(value as Record<string, unknown>, depth, false)
    if (this.format === 'json') this.fail(`an object of class ${className(prototype)} is not plain JSON`, depth)
    this.rich = true
    return copyInstance(this, value, prototype, depth) as object
  }

  #plain(value: Record<string, unknown>, depth: number, isOfThisRealm = true): object {
    let names = getOwnPropertyNames(value)
    const copy = names.length > WIDE && isOfThisRealm && isFlat(value, names) ? value : { ...value }
    this.remember(value, copy)
    if (copy !== value) {
      const listed = names.length
      names = keys(copy)
      if (names.length !== listed) this.failHidden(value, depth)
    }
    if (getOwnPropertySymbols(value).length !== 0) this.failHidden(value, depth)
    this.refuseInternalSlots(value, names, depth)
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      const member = copy[name]
      if (isPlainPrimitive(member)) continue
      const made = this.member(member, name, depth)
      if (made !== member && typeof made === 'object') copy[name] = made
    }
    return copy
  }

  #array(value: unknown[], depth: number): object {
    const short = value.length <= SHORT
    if ((!short && types.isProxy(value)) || !isDense(value)) return copySparseArray(this, value, depth)
    if (short) return this.#shortArray(value, depth)
    const copy: unknown[] = slice.call(value)
    this.remember(value, copy)
    this.elements(copy, depth)
    return copy
  }

  #shortArray(value: unknown[], depth: number): object {
    const copy: unknown[] = []
    this.remember(value, copy)
    for (let index = 0; index < value.length; index++) {
      const member = value[index]
      copy.push(isPlainPrimitive(member) ? member : this.member(member, index, depth))
    }
    return copy
  }

  /** Walks through the copy of an array without holes, in place. */
  elements(copy: unknown[], depth: number): void {
    for (let index = 0; index < copy.length; index++) {
      const member = copy[index]
      if (isPlainPrimitive(member)) continue
      const made = this.member(member, index, depth)
      if (made !== member && typeof made === 'object') copy[index] = made
    }
  }

  /** Refuses a Map or a Date with another prototype, so that it looks like a plain object. */
  refuseInternalSlots(value: object, names: readonly string[], depth: number): void {
    if (
      objectString.call(value) !== '[object Object]' ||
      ((names.length === 0 || names[0] === '0') && hasInternalSlots(value))
    )
      this.fail('an object that only looks plain cannot be stored', depth)
  }
}
