import { whyExtras, whyForged, whyRefused } from './describe.ts'
import { type Identified, identity } from './identity.ts'
import { kindOf } from './kinds.ts'
import { MAX_DEPTH, MAX_TEXT } from './limits.ts'
import { hasInsides, hasOnlyElements } from './own.ts'
import { isArrayPrototype, isObjectPrototype } from './realm.ts'
import { refuse, under } from './refusal.ts'
import { digits, label, literal, quoted, refuseLength } from './scalars.ts'

/** As in `"":1,`. */
const SHORTEST_PROPERTY = 4

/** One walk over one value, which writes its canonical text. */
export class Walk {
  #text = ''
  /** The objects around the one that is being written, outermost first. */
  readonly #around: object[] = []
  #written: Map<object, string> | undefined

  /** What has been written. */
  get text(): string {
    return this.#text
  }

  /** Writes a value of any type, or throws a Refusal. */
  write(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#text += quoted(value)
        break
      case 'number':
        this.#text += digits(value)
        break
      case 'object':
        if (value === null) this.#text += 'null'
        else this.#object(value)
        break
      case 'function':
        this.#function(value)
        break
      case 'bigint':
        this.#text += literal(value)
        break
      case 'symbol':
        refuse('a symbol has no stable identity: give the option key')
        break
      default:
        this.#text += String(value)
    }
    if (this.#text.length > MAX_TEXT) refuseLength()
  }

  /** Writes a text that is canonical already. */
  put(text: string): void {
    this.#text += text
  }

  /** Writes `Tag(part,…)` of parts that are no objects. */
  tagged(tag: string, ...parts: unknown[]): void {
    let before = `${tag}(`
    for (const part of parts) {
      this.#text += before
      this.write(part)
      before = ','
    }
    this.#text += ')'
  }

  /** Makes the text of an object once in this walk, however often it is reached. */
  once(object: object, make: () => string): string {
    this.#written ??= new Map()
    const known = this.#written.get(object)
    if (known !== undefined) return known
    const text = make()
    this.#written.set(object, text)
    return text
  }

  /** Writes the entries of a Map in their order, which can be observed. */
  map(map: Map<unknown, unknown>): void {
    this.#enter(map)
    this.#text += 'Map('
    let index = 0
    let of: 'keys' | 'values' = 'keys'
    try {
      for (const [key, value] of map) {
        if (index > 0) this.#text += ','
        of = 'keys'
        this.write(key)
        this.#text += '=>'
        of = 'values'
        this.write(value)
        index++
      }
    } catch (thrown) {
      throw under({ of, index }, thrown)
    }
    this.#around.pop()
    this.#text += ')'
  }

  /** Writes the members of a Set in their order. */
  set(set: Set<unknown>): void {
    this.#enter(set)
    this.#text += 'Set('
    let index = 0
    try {
      for (const member of set) {
        if (index > 0) this.#text += ','
        this.write(member)
        index++
      }
    } catch (thrown) {
      throw under({ of: 'values', index }, thrown)
    }
    this.#around.pop()
    this.#text += ')'
  }

  #object(object: object): void {
    if (this.#isAround(object)) return
    const proto: object | null = Object.getPrototypeOf(object)
    if (Array.isArray(object)) {
      if (proto !== null && isArrayPrototype(proto)) this.#array(object)
      else this.#other(object)
    } else if (proto === null) this.#plain(object, 'null{')
    else if (isObjectPrototype(proto)) this.#plain(object, '{')
    else this.#builtIn(object, proto)
  }

  /** Writes how many levels up the object is, if it is around what is being written. */
  #isAround(object: object): boolean {
    const index = this.#around.lastIndexOf(object)
    if (index < 0) return false
    this.#text += `^${this.#around.length - index}`
    return true
  }

  #enter(object: object): void {
    if (this.#around.length === MAX_DEPTH) refuse(`nested more than ${MAX_DEPTH} levels deep`)
    this.#around.push(object)
  }

  #array(array: readonly unknown[]): void {
    const { length } = array
    // One character for each element and one between: it need not be written to be seen too long.
    if (!(length * 2 < MAX_TEXT)) refuseLength()
    this.#enter(array)
    this.#text += '['
    let index = 0
    let holes = 0
    try {
      for (; index < length; index++) {
        if (index > 0) this.#text += ','
        const element = array[index]
        if (element === undefined && !Object.hasOwn(array, index)) {
          this.#text += 'hole'
          holes++
        } else this.write(element)
      }
    } catch (thrown) {
      throw under(index, thrown)
    }
    if (!hasOnlyElements(array, length - holes)) refuse(whyExtras('Array'))
    this.#around.pop()
    this.#text += ']'
  }

  #plain(object: object, open: '{' | 'null{'): void {
    const keys = Object.keys(object)
    if (
      Object.getOwnPropertyNames(object).length !== keys.length ||
      Object.getOwnPropertySymbols(object).length > 0 ||
      (keys.length === 0 && hasInsides(object)) ||
      ArrayBuffer.isView(object)
    ) {
      this.#other(object)
      return
    }
    if (keys.length * SHORTEST_PROPERTY > MAX_TEXT) refuseLength()
    this.#enter(object)
    this.#text += open
    sortByCodeUnits(keys)
    let key = ''
    try {
      for (let index = 0; index < keys.length; index++) {
        key = keys[index]!
        this.#text += index > 0 ? `,${label(key)}` : label(key)
        this.write((object as Record<string, unknown>)[key])
      }
    } catch (thrown) {
      throw under(key, thrown)
    }
    this.#around.pop()
    this.#text += '}'
  }

  #builtIn(object: object, proto: object): void {
    const kind = kindOf(proto)
    if (kind === undefined) this.#other(object)
    else if (!kind.isReal(object)) refuse(whyForged(kind.name))
    else if (kind.isBare(object as never)) kind.write(object as never, this)
    else if (identity in object) this.#identified(object)
    else refuse(whyExtras(kind.name))
  }

  /** An object whose properties do not make its value. */
  #other(object: object): void {
    if (identity in object) this.#identified(object)
    else refuse(whyRefused(object))
  }

  #function(value: object): void {
    // Its own only: a class must not take over what the class that it extends says of itself.
    if (!Object.hasOwn(value, identity)) refuse('a function has no stable identity: give the option key')
    if (!this.#isAround(value)) this.#identified(value)
  }

  #identified(object: object): void {
    this.#enter(object)
    try {
      const said = (object as Identified)[identity]()
      if (said === undefined) refuse('an identity method must return something')
      if (this.#around.includes(said as object)) refuse('an identity method must not lead back to its own object')
      this.#text += 'identity('
      this.write(said)
    } catch (thrown) {
      throw under({ said: true }, thrown)
    }
    this.#around.pop()
    this.#text += ')'
  }
}

/** Sorted without a locale. Most objects are written in few orders, so many are sorted already. */
function sortByCodeUnits(keys: string[]): void {
  for (let index = 1; index < keys.length; index++) {
    if (keys[index - 1]! > keys[index]!) {
      keys.sort()
      return
    }
  }
}
