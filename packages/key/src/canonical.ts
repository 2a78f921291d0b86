import { types } from 'node:util'
import { KeyError } from '@persist/errors'
import { bytesText, viewName } from './bytes.ts'
import { identity } from './identity.ts'

/** In front of every text: a later format never meets an entry of this one. */
const FORMAT = '1:'
const MOST_LEVELS = 500
const MOST_CHARACTERS = 1024 * 1024

/**
 * The canonical text of a value: equal for two values exactly when they are equal as seen by a function that they are
 * given to, in every process, on every platform and in every locale. Shared parts count as copies, cycles as cycles.
 *
 * @throws KeyError with the path to the part that has no stable identity: functions, symbols, class instances without
 * the `identity` method, promises; more than 500 levels; more than 1 MiB of text.
 *
 * @example
 * ```ts
 * canonical([3, { b: -0, a: undefined }])   // '1:[3,{"a":undefined,"b":-0}]'
 * ```
 */
export function canonical(value: unknown): string {
  return FORMAT + new Writer().text(value)
}

type Path = (string | number)[]

class Writer {
  readonly #stack: object[] = []
  readonly #path: Path = []
  #characters = 0

  text(value: unknown): string {
    const text = typeof value === 'object' && value !== null ? this.#object(value) : this.#primitive(value)
    this.#characters += text.length
    if (this.#characters > MOST_CHARACTERS * MOST_LEVELS) this.#fail('longer than 1 MiB as text')
    return text
  }

  #primitive(value: unknown): string {
    switch (typeof value) {
      case 'string':
        if (value.length > MOST_CHARACTERS) this.#fail('longer than 1 MiB as text')
        return JSON.stringify(value)
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value)
      case 'bigint':
        return `${value}n`
      case 'function':
        return this.#fail('a function has no stable identity')
      case 'symbol':
        return this.#fail('a symbol has no stable identity')
      default:
        return String(value)
    }
  }

  #object(value: object): string {
    const at = this.#stack.lastIndexOf(value)
    if (at >= 0) return `^${this.#stack.length - at}`
    if (this.#stack.length >= MOST_LEVELS) this.#fail('nested more than 500 levels deep')
    this.#stack.push(value)
    const text = this.#inside(value)
    this.#stack.pop()
    if (text.length > MOST_CHARACTERS) this.#fail('longer than 1 MiB as text')
    return text
  }

  #inside(value: object): string {
    if (types.isProxy(value)) return this.#fail('a Proxy has no stable identity')
    const prototype: unknown = Object.getPrototypeOf(value)
    if (Array.isArray(value)) return this.#array(value, prototype)
    if (prototype === Object.prototype) return this.#fields(value)
    if (prototype === null) return `null${this.#fields(value)}`
    return this.#builtIn(value, prototype) ?? this.#instance(value)
  }

  #array(value: unknown[], prototype: unknown): string {
    if (prototype !== Array.prototype) return this.#fail('an instance of a subclass of Array has no stable identity')
    if (value.length > MOST_CHARACTERS) return this.#fail('longer than 1 MiB as text')
    const parts: string[] = []
    for (let index = 0; index < value.length; index++) {
      const part: unknown = value[index]
      parts.push(part === undefined && !Object.hasOwn(value, index) ? 'hole' : this.#part(part, index))
    }
    // Besides its elements an array has its length, and nothing else here.
    if (Reflect.ownKeys(value).length > value.length + 1 - parts.filter((part) => part === 'hole').length) {
      return this.#fail('an array with properties of its own has no stable identity')
    }
    return `[${parts.join(',')}]`
  }

  #fields(value: object): string {
    if (Object.getOwnPropertySymbols(value).length > 0)
      this.#fail('a property named by a symbol has no stable identity')
    const names = Object.getOwnPropertyNames(value)
    if (names.length !== Object.keys(value).length) this.#fail('a hidden property has no stable identity')
    // By UTF-16 code units, whatever the locale.
    const parts = names.sort().map((name) => `${JSON.stringify(name)}:${this.#property(value, name)}`)
    return `{${parts.join(',')}}`
  }

  #property(value: object, name: string): string {
    let part: unknown
    try {
      part = (value as Record<string, unknown>)[name]
    } catch (error) {
      this.#path.push(name)
      return this.#fail('a getter threw', error)
    }
    return this.#part(part, name)
  }

  #part(part: unknown, name: string | number): string {
    this.#path.push(name)
    const text = this.text(part)
    this.#path.pop()
    return text
  }

  /** Only real ones, not objects with a borrowed prototype, and nothing with properties of its own besides. */
  #builtIn(value: object, prototype: unknown): string | undefined {
    const text = this.#builtInText(value, prototype)
    if (text !== undefined && !ArrayBuffer.isView(value) && Reflect.ownKeys(value).some((key) => key !== 'lastIndex')) {
      // A String object owns its characters.
      if (!types.isStringObject(value))
        this.#fail('a built-in object with properties of its own has no stable identity')
    }
    return text
  }

  #builtInText(value: object, prototype: unknown): string | undefined {
    if (types.isDate(value) && prototype === Date.prototype) return `Date(${value.getTime()})`
    if (types.isRegExp(value) && prototype === RegExp.prototype) {
      return `RegExp(${JSON.stringify(value.source)},${JSON.stringify(value.flags)},${value.lastIndex})`
    }
    if (types.isMap(value) && prototype === Map.prototype) {
      return `Map(${[...value].map(([key, part], index) => `${this.#part(key, index)}=>${this.#part(part, index)}`).join(',')})`
    }
    if (types.isSet(value) && prototype === Set.prototype) {
      return `Set(${[...value].map((part, index) => this.#part(part, index)).join(',')})`
    }
    if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) {
      const name = viewName(value)
      return name === undefined ? undefined : `${name}(${bytesText(value)})`
    }
    if (prototype === URL.prototype && value instanceof URL) return `URL(${JSON.stringify(value.href)})`
    if (prototype === URLSearchParams.prototype && value instanceof URLSearchParams) {
      return `URLSearchParams(${JSON.stringify(String(value))})`
    }
    if (
      types.isBoxedPrimitive(value) &&
      !types.isSymbolObject(value) &&
      prototype === Object(value.valueOf()).constructor.prototype
    ) {
      return `Object(${this.#primitive(value.valueOf())})`
    }
    return undefined
  }

  #instance(value: object): string {
    if (types.isPromise(value)) return this.#fail('a promise has no stable identity: await it first')
    const maker: unknown = value.constructor
    const name = typeof maker === 'function' && maker.name !== '' ? maker.name : 'an unnamed class'
    if (identity in value && typeof value[identity] === 'function') {
      return `Identity(${this.text((value[identity] as () => unknown)())})`
    }
    return this.#fail(
      `an instance of ${name} has no stable identity: give the option key, or the class an identity method`,
    )
  }

  #fail(reason: string, cause?: unknown): never {
    throw new KeyError(reason, pathText(this.#path), cause === undefined ? undefined : { cause })
  }
}

function pathText(path: Path): string {
  const plain = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
  return `$${path.map((part) => (typeof part === 'number' ? `[${part}]` : plain.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`)).join('')}`
}
