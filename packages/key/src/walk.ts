import { isPlain, writeArray, writeIdentity, writeProperties } from './containers.ts'
import { whyExtras, whyForged, whyRefused } from './describe.ts'
import { identity } from './identity.ts'
import { kindOf } from './kinds.ts'
import { MAX_DEPTH, MAX_TEXT } from './limits.ts'
import { refuse } from './refusal.ts'
import { digits, literal, quoted, refuseLength } from './scalars.ts'

/** One walk over one value, which writes its canonical text. */
export class Walk {
  #text = ''
  /** The objects around the part that is being written, outermost first. */
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
        else if (!this.#refersBack(value)) this.#object(value)
        break
      case 'function':
        if (!this.#refersBack(value)) this.#function(value)
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

  /** Begins an object with parts. */
  enter(object: object, open: string): void {
    if (this.#around.length === MAX_DEPTH) refuse(`nested more than ${MAX_DEPTH} levels deep`)
    this.#around.push(object)
    this.#text += open
  }

  /** Ends the object that was begun last. */
  leave(close: string): void {
    this.#around.pop()
    this.#text += close
  }

  /** Whether a value is one of the objects that were begun and not ended. */
  isInside(value: unknown): boolean {
    return this.#around.includes(value as object)
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

  /** Writes how many levels up an object is, if it is around this part. */
  #refersBack(object: object): boolean {
    const index = this.#around.lastIndexOf(object)
    if (index < 0) return false
    this.#text += `^${this.#around.length - index}`
    return true
  }

  #object(object: object): void {
    const proto: object | null = Object.getPrototypeOf(object)
    if (proto === Object.prototype) this.#plain(object, '{')
    else if (proto === Array.prototype && Array.isArray(object)) writeArray(object, this)
    else if (proto === null) this.#plain(object, 'null{')
    else this.#builtIn(object, proto)
  }

  #plain(object: object, open: string): void {
    const keys = Object.keys(object)
    if (isPlain(object, keys)) writeProperties(object, keys, open, this)
    else this.#other(object, whyRefused)
  }

  #builtIn(object: object, proto: object): void {
    const kind = kindOf(proto)
    if (kind === 'plain') this.#plain(object, '{')
    else if (kind === undefined) this.#other(object, whyRefused)
    else if (!kind.isReal(object)) refuse(whyForged(kind.name))
    else if (kind.isBare(object as never)) kind.write(object as never, this)
    else this.#other(object, () => whyExtras(kind.name))
  }

  #function(value: object): void {
    // Its own only: a class must not take over what the class that it extends says of itself.
    if (Object.hasOwn(value, identity)) writeIdentity(value, this)
    else refuse('a function has no stable identity: give the option key')
  }

  /** An object whose properties do not make its value. */
  #other(object: object, why: (object: object) => string): void {
    if (identity in object) writeIdentity(object, this)
    else refuse(why(object))
  }
}
