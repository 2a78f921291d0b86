import { isRawJson } from '@persist/platform'
import { isPlain, writeArray, writeIdentity, writeProperties } from './containers.ts'
import { whyExtras, whyForged, whyRefused } from './describe.ts'
import { identity } from './identity.ts'
import { kindOf } from './kinds.ts'
import { MAX_DEPTH, MAX_LENGTH } from './limits.ts'
import { refuse } from './refusal.ts'
import { digits, literal, quoted, refuseLength } from './scalars.ts'

/** One walk over one value, which writes its canonical string. */
export class Walk {
  #written = ''
  /** The objects that contain the current part, outermost first. */
  readonly #around: object[] = []
  #known: Map<object, string> | undefined

  /** The canonical string so far. */
  get written(): string {
    return this.#written
  }

  /** Writes a value of any type, or throws a Refusal. */
  write(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#written += quoted(value)
        break
      case 'number':
        this.#written += digits(value)
        break
      case 'object':
        if (value === null) this.#written += 'null'
        else if (!this.#refersBack(value)) this.#object(value)
        break
      case 'function':
        if (!this.#refersBack(value)) this.#function(value)
        break
      case 'bigint':
        this.#written += literal(value)
        break
      case 'symbol':
        refuse('a symbol has no stable identity: give the option key')
        break
      default:
        this.#written += String(value)
    }
    if (this.#written.length > MAX_LENGTH) refuseLength()
  }

  /** Writes a string that is canonical already. */
  put(canonical: string): void {
    this.#written += canonical
  }

  /** Begins an object with parts. */
  enter(object: object, open: string): void {
    if (this.#around.length === MAX_DEPTH) refuse(`nested more than ${MAX_DEPTH} levels deep`)
    this.#around.push(object)
    this.#written += open
  }

  /** Ends the object that was begun last. */
  leave(close: string): void {
    this.#around.pop()
    this.#written += close
  }

  /** Whether a value is one of the objects that contain the current part. */
  isInside(value: unknown): boolean {
    return this.#around.includes(value as object)
  }

  /** Writes `Tag(part,…)`. The parts must not be objects. */
  tagged(tag: string, ...parts: unknown[]): void {
    let before = `${tag}(`
    for (const part of parts) {
      this.#written += before
      this.write(part)
      before = ','
    }
    this.#written += ')'
  }

  /** Makes the string of an object once in this walk, even if the object is reached several times. */
  once(object: object, make: () => string): string {
    this.#known ??= new Map()
    const known = this.#known.get(object)
    if (known !== undefined) return known
    const made = make()
    this.#known.set(object, made)
    return made
  }

  /** Writes how many levels up an object is, if it contains the current part. */
  #refersBack(object: object): boolean {
    const index = this.#around.lastIndexOf(object)
    if (index < 0) return false
    this.#written += `^${this.#around.length - index}`
    return true
  }

  #object(object: object): void {
    const proto: object | null = Object.getPrototypeOf(object)
    if (proto === Object.prototype) this.#plain(object, '{')
    else if (proto === Array.prototype && Array.isArray(object)) writeArray(object, this)
    else if (proto === null && isRawJson(object)) refuse('raw JSON has no canonical form: pass its text, raw.rawJSON')
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
    // Only an own method counts: a class must not inherit the identity of the class that it extends.
    if (Object.hasOwn(value, identity)) writeIdentity(value, this)
    else refuse('a function has no stable identity: give the option key')
  }

  /** Writes an object whose properties are not its value, if it has an identity method. */
  #other(object: object, why: (object: object) => string): void {
    if (identity in object) writeIdentity(object, this)
    else refuse(why(object))
  }
}
