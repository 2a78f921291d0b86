import { createRequire } from 'node:module'
import { types } from 'node:util'
import { PickleError, UnpickleError } from '@persist/errors'
import type { SuperJSON } from 'superjson'

const require = createRequire(import.meta.url)
const FORMAT = 1
const MOST_LEVELS = 500
const FRONT = `{"v":${FORMAT},"json":`

/**
 * A value as one line of text: plain JSON where that is enough, superjson's where it is not.
 *
 * @throws PickleError with the path to the part that would not come back equal.
 *
 * @example
 * ```ts
 * unpickle(pickle({ when: new Date(0) }))
 * ```
 */
export function pickle(value: unknown): string {
  const guard = new Guard()
  guard.walk(value, 0)
  if (!guard.isRich) return `${FRONT}${JSON.stringify(value)}}`
  if (guard.reserved !== undefined) {
    throw new PickleError(
      'a key named constructor, prototype or __proto__ beside values beyond JSON cannot be stored',
      guard.reserved,
    )
  }
  const { json, meta } = superjson().serialize(value)
  // A tree has no references to restore; superjson's would merge equal BigInts and NaNs in Maps and Sets.
  if (meta !== undefined) delete meta.referentialEqualities
  return JSON.stringify({ v: FORMAT, json, ...(meta?.values !== undefined && { meta }) })
}

/**
 * The value of a text that {@link pickle} made. Runs nothing that it reads.
 *
 * @throws UnpickleError for anything else.
 */
export function unpickle(payload: string | Uint8Array): unknown {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('utf8')
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    throw new UnpickleError('not a text of @persist/pickle', { cause })
  }
  if (
    read === null ||
    typeof read !== 'object' ||
    !Object.hasOwn(read, 'json') ||
    (read as { v?: unknown }).v !== FORMAT
  ) {
    throw new UnpickleError('not a text of @persist/pickle, or of another version')
  }
  const { json, meta } = read as { json: unknown; meta?: Parameters<SuperJSON['deserialize']>[0]['meta'] }
  if (meta === undefined) return json
  if (typeof meta !== 'object' || meta === null || 'referentialEqualities' in meta) {
    throw new UnpickleError('not a text of @persist/pickle: references in a tree')
  }
  try {
    return superjson().deserialize({ json: json as never, meta })
  } catch (cause) {
    throw new UnpickleError('what the text describes cannot be made', { cause })
  }
}

let instance: SuperJSON | undefined

/** An instance of our own, loaded when first needed: the default one is shared by everybody in the process. */
function superjson(): SuperJSON {
  if (instance === undefined) {
    const { SuperJSON: Own } = require('superjson') as typeof import('superjson')
    instance = new Own()
  }
  return instance
}

const RESERVED = new Set(['constructor', 'prototype', '__proto__'])

/** Walks a value once, and refuses what would not come back equal. */
class Guard {
  isRich = false
  reserved: string | undefined
  readonly #seen = new Set<object>()
  readonly #path: (string | number)[] = []

  walk(value: unknown, level: number): void {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return
      case 'number':
        if (!Number.isFinite(value) || Object.is(value, -0)) this.isRich = true
        return
      case 'undefined':
      case 'bigint':
        this.isRich = true
        return
      case 'object':
        if (value !== null) this.#object(value, level)
        return
      default:
        this.#refuse(`a ${typeof value} cannot be stored`)
    }
  }

  #object(value: object, level: number): void {
    if (types.isProxy(value)) this.#refuse('a Proxy cannot be stored')
    if (this.#seen.has(value)) this.#refuse('an object that is reached twice cannot be stored')
    this.#seen.add(value)
    if (level > MOST_LEVELS) this.#refuse(`more than ${MOST_LEVELS} levels cannot be stored`)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (Array.isArray(value)) this.#array(value, prototype, level)
    else if (prototype === Object.prototype) this.#fields(value, level)
    else this.#builtIn(value, prototype, level)
  }

  #builtIn(value: object, prototype: unknown, level: number): void {
    this.isRich = true
    this.#plainBuiltIn(value)
    if (types.isDate(value) && prototype === Date.prototype && !Number.isNaN(value.getTime())) return
    if (types.isRegExp(value) && prototype === RegExp.prototype && value.lastIndex === 0) return
    if (prototype === URL.prototype && value instanceof URL) return
    if (types.isMap(value) && prototype === Map.prototype) {
      for (const [index, [key, part]] of [...value].entries()) this.#parts(index, [key, part], level)
      return
    }
    if (types.isSet(value) && prototype === Set.prototype) {
      for (const [index, part] of [...value].entries()) this.#parts(index, [part], level)
      return
    }
    if (types.isUint8Array(value) && prototype === Uint8Array.prototype) return
    const maker: unknown = value.constructor
    const name = typeof maker === 'function' && maker.name !== '' ? maker.name : 'an unnamed class'
    this.#refuse(types.isPromise(value) ? 'a promise cannot be stored' : `an instance of ${name} cannot be stored`)
  }

  #array(value: readonly unknown[], prototype: unknown, level: number): void {
    if (prototype !== Array.prototype) this.#refuse('an instance of a subclass of Array cannot be stored')
    // One property for each element, and the length: no holes, nothing besides.
    if (Reflect.ownKeys(value).length !== value.length + 1) {
      this.#refuse('an array with holes or with properties of its own cannot be stored')
    }
    for (let index = 0; index < value.length; index++) {
      if (!Object.hasOwn(value, index)) this.#refuse('an array with holes cannot be stored')
      this.#parts(index, [value[index]], level)
    }
  }

  #fields(value: object, level: number): void {
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key === 'symbol') this.#refuse('a property named by a symbol cannot be stored')
      const property = Object.getOwnPropertyDescriptor(value, key)!
      this.#path.push(key as string)
      if (!('value' in property) || property.enumerable !== true)
        this.#refuse('a getter or hidden property cannot be stored')
      if (RESERVED.has(key as string)) this.reserved ??= this.#where()
      if (key === 'toJSON' && typeof property.value === 'function') this.#refuse('a function cannot be stored')
      this.walk(property.value, level + 1)
      this.#path.pop()
    }
  }

  #plainBuiltIn(value: object): void {
    if (ArrayBuffer.isView(value)) return
    if (Reflect.ownKeys(value).some((key) => key !== 'lastIndex'))
      this.#refuse('a built-in object with properties of its own cannot be stored')
  }

  #parts(index: number, parts: readonly unknown[], level: number): void {
    this.#path.push(index)
    for (const part of parts) this.walk(part, level + 1)
    this.#path.pop()
  }

  #where(): string {
    return `$${this.#path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')}`
  }

  #refuse(reason: string): never {
    throw new PickleError(reason, this.#where())
  }
}
