import { types } from 'node:util'
import { PickleError } from '@persist/errors'
import { looseArrayCopy } from './loose-array.ts'
import type { Plan } from './options.ts'
import { hasInsides, isDense, isFlat, SHORT } from './own.ts'
import { pathText, type Step } from './path.ts'
import { homeOf } from './realm.ts'
import { className, refusalOfHidden } from './refusals.ts'
import type { Dialect } from './snapshot.ts'
import { special } from './special.ts'
import { BIG_INTEGER, DECIMAL_DIGITS, Tagged } from './tagged.ts'
import type { SeenWindow } from './windows.ts'

const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor, keys } = Object
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype
const slice = Array.prototype.slice
const objectText = Object.prototype.toString

const INSTEAD = { function: 'store what it returns', symbol: 'store its description' }

/** From about here on, V8 keeps an object as a hash table, which is slow to copy. */
const WIDE = 1_000
const DECIMAL_LIMIT = 10n ** BigInt(DECIMAL_DIGITS)

/**
 * One walk over one value. A shallow copy by the engine (`{...value}`, `slice`) reads an object's members at once, each
 * of them one time, and the walk goes on in the copy: a getter or a Proxy cannot show it one thing and the writer
 * another.
 */
export class Walk {
  readonly plan: Plan
  readonly dialect: Dialect
  rich = false
  readonly shared = new Set<object>()
  readonly tagged: Tagged[] = []
  readonly custom = new Set<object>()
  readonly windows: SeenWindow[] = []
  /** Steps to the object that is being read; the object at depth `d` has those before index `d`. */
  readonly #path: Step[] = []
  #depth = 0
  /** Functions and symbols among them, as far as a type of the user takes them. */
  readonly #copies = new Map<object | symbol, object>()

  constructor(plan: Plan, dialect: Dialect) {
    this.plan = plan
    this.dialect = dialect
  }

  root(value: unknown): unknown {
    if (typeof value === 'object' && value !== null) return this.#object(value, 0)
    return this.#primitive(value, 0)
  }

  /** What stands for a member of the object at `depth`. */
  member(value: unknown, step: Step, depth: number): unknown {
    this.#path[depth] = step
    if (typeof value === 'object' && value !== null) return this.#object(value, depth + 1)
    return this.#primitive(value, depth + 1)
  }

  #primitive(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        if (!isJsonNumber(value)) this.#beyondJson(Object.is(value, -0) ? '-0' : String(value), depth)
        return value
      case 'undefined':
        this.#beyondJson('undefined', depth)
        return value
      case 'bigint':
        this.#beyondJson('a BigInt', depth)
        return this.dialect === 'text' && (value >= DECIMAL_LIMIT || value <= -DECIMAL_LIMIT)
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
    this.#depth = depth
    const known = this.#copies.get(value)
    if (known !== undefined) {
      this.shared.add(known)
      return known
    }
    if (this.dialect !== 'json') {
      const made = special(this, value, null, depth)
      if (made !== undefined) return made
    }
    return this.fail(`a ${typeof value} cannot be stored: ${INSTEAD[typeof value as 'symbol' | 'function']}`, depth)
  }

  #object(value: object, depth: number): object {
    const known = this.#copies.get(value)
    if (known !== undefined) {
      if (this.dialect === 'json') this.fail('an object that is reached twice is not plain JSON', depth)
      this.shared.add(known)
      return known
    }
    const { maxDepth } = this.plan
    if (depth >= maxDepth) {
      this.fail(
        `this is nested more than ${maxDepth} levels deep: flatten it, or give createPickle a larger maxDepth`,
        depth,
      )
    }
    this.#depth = depth
    const own: object | null = getPrototypeOf(value)
    if (own === objectPrototype) return this.#plain(value as Record<string, unknown>, depth)
    const prototype = own === null || own === arrayPrototype ? own : homeOf(own)
    if (prototype === arrayPrototype && Array.isArray(value)) return this.#array(value, depth)
    if (prototype === objectPrototype) return this.#plain(value as Record<string, unknown>, depth, false)
    if (this.dialect === 'json') this.fail(`an object of class ${className(prototype)} is not plain JSON`, depth)
    this.rich = true
    return special(this, value, prototype, depth) as object
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
    this.refuseInsides(value, names, depth)
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
    if ((!short && types.isProxy(value)) || !isDense(value)) return looseArrayCopy(this, value, depth)
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

  /** Walks on in the copy of an array without holes. */
  elements(copy: unknown[], depth: number): void {
    for (let index = 0; index < copy.length; index++) {
      const member = copy[index]
      if (isPlainPrimitive(member)) continue
      const made = this.member(member, index, depth)
      if (made !== member && typeof made === 'object') copy[index] = made
    }
  }

  /** Refuses a Map or a Date whose prototype was exchanged, so that it looks like a plain object. */
  refuseInsides(value: object, names: readonly string[], depth: number): void {
    if (objectText.call(value) !== '[object Object]' || ((names.length === 0 || names[0] === '0') && hasInsides(value)))
      this.fail('an object that only looks plain cannot be stored', depth)
  }

  /** From now on, reaching the value again gives the same copy. */
  remember(value: object | symbol, copy: object): void {
    this.#copies.set(value, copy)
  }

  /** A value in plain clothes. */
  tag(name: string, payload: unknown): Tagged {
    return this.adopt(new Tagged(name, payload))
  }

  adopt(tagged: Tagged): Tagged {
    this.rich = true
    this.tagged.push(tagged)
    return tagged
  }

  steps(depth: number): Step[] {
    return this.#path.slice(0, depth)
  }

  /** The path to the object that was read last. */
  here(): string {
    return pathText(this.steps(this.#depth))
  }

  fail(reason: string, depth: number, cause?: unknown): never {
    throw new PickleError(reason, pathText(this.steps(depth)), cause === undefined ? undefined : { cause })
  }

  failAt(step: Step, depth: number, reason: string): never {
    this.#path[depth] = step
    return this.fail(reason, depth + 1)
  }

  #beyondJson(what: string, depth: number): void {
    this.rich = true
    if (this.dialect === 'json') this.fail(`${what} is not plain JSON`, depth)
  }

  /** For an object with a symbol for a key, or a property that is not enumerable. */
  failHidden(value: object, depth: number): never {
    const refusal = refusalOfHidden(value)
    if (refusal !== undefined) this.fail(refusal, depth)
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key === 'symbol')
        this.fail(`an object with a symbol for a key (${String(key)}) cannot be stored`, depth)
      if (key === 'length' && Array.isArray(value)) continue
      if (getOwnPropertyDescriptor(value, key)?.enumerable !== true)
        this.failAt(key, depth, 'a property that is not enumerable cannot be stored')
    }
    return this.fail('this changes while it is read', depth)
  }
}

function isPlainPrimitive(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === null ||
    (typeof value === 'number' && isJsonNumber(value))
  )
}

/** Finite, and not -0. */
function isJsonNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0)
}
