import { isoTime } from './iso-time.ts'
import { CUSTOM, DECIMAL_DIGITS, Tagged } from './tagged.ts'

/** The value, and whether it contains {@link Tagged} values to revive. */
export interface Annotations {
  readonly value: unknown
  readonly tagged: boolean
}

/**
 * Applies superjson's annotations, a tree of paths and types, innermost first. An attacker may have written the payload, so
 * this is not superjson's reader: it accepts what `TreeWriter` writes and throws for everything else. A path leads
 * through own properties of values that JSON.parse made; no path leads into a converted value. It takes linear time.
 */
export function applyAnnotations(json: unknown, annotations: unknown): Annotations {
  const holder: Container = { [ROOT]: json }
  let tagged = false

  function apply(tree: unknown, container: Container, key: string): void {
    if (!Array.isArray(tree)) {
      applyWithin(tree, container[key])
      return
    }
    const [type, children] = tree as unknown[]
    if (tree.length > 2) throw new TypeError('an annotation has two parts')
    if (tree.length === 2) applyWithin(children, container[key])
    const value = convert(type, container[key])
    if (value instanceof Tagged) tagged = true
    container[key] = value
  }

  function applyWithin(children: unknown, value: unknown): void {
    if (typeof children !== 'object' || children === null || Array.isArray(children))
      throw new TypeError('annotations are an object of paths')
    for (const path of Object.keys(children)) {
      const steps = stepsOf(path)
      const last = steps.pop() as string
      let container = value
      for (const step of steps) container = ownContainer(container, step)[step]
      apply((children as Record<string, unknown>)[path], ownContainer(container, last), last)
    }
  }

  apply(annotations, holder, ROOT)
  return { value: holder[ROOT], tagged }
}

const ROOT = 'json'

/** An object or an array, with its keys or indices as strings. */
export type Container = Record<string | number, unknown>

/** An object or an array that JSON.parse made. Throws for anything else. */
export function expectContainer(value: unknown): Container {
  if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === Array.prototype) return value as Container
  }
  throw new TypeError('an annotation leads into a value without parts')
}

/** An object that JSON.parse made, and which has a part of its own under this key. Throws for anything else. */
export function ownContainer(value: unknown, key: string): Container {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) throw wrongPath(key)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && (prototype !== Array.prototype || key === 'length')) throw wrongPath(key)
  return value as Container
}

function wrongPath(key: string): TypeError {
  return new TypeError(`an annotation leads to ${JSON.stringify(key)}, which is not there`)
}

/** Splits a path as superjson writes it: dots between the keys, `\.` and `\\` for dots and backslashes in a key. */
export function stepsOf(path: string): string[] {
  if (!path.includes('\\')) return path.split('.')
  const steps = ['']
  for (let index = 0; index < path.length; index++) {
    let letter = path[index] as string
    if (letter === '.') {
      steps.push('')
      continue
    }
    if (letter === '\\') {
      letter = path[++index] ?? ''
      if (letter !== '.' && letter !== '\\') throw new TypeError('the path of an annotation is malformed')
    }
    steps[steps.length - 1] += letter
  }
  return steps
}

const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
])
const INTEGER = /^-?(?:0|[1-9]\d*)$/
const DATE = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const REG_EXP = /^\/(.+)\/([a-z]*)$/s

const CONVERSIONS: ReadonlyMap<unknown, (value: unknown) => unknown> = new Map<unknown, (value: unknown) => unknown>([
  [
    'undefined',
    (value) => {
      expect(value === null)
      return undefined
    },
  ],
  [
    'number',
    (value) => {
      expect(NUMBERS.has(value))
      return NUMBERS.get(value)
    },
  ],
  ['bigint', (value) => BigInt(stringLike(value, INTEGER, DECIMAL_DIGITS + 1))],
  [
    'Date',
    (value) => {
      const time = typeof value === 'string' ? isoTime(value) : Number.NaN
      // biome-ignore lint/suspicious/noSelfCompare: false for NaN only
      if (time === time) return new Date(time)
      const date = new Date(stringLike(value, DATE))
      expect(!Number.isNaN(date.getTime()))
      return date
    },
  ],
  [
    'regexp',
    (value) => {
      const [, source, flags] = REG_EXP.exec(stringLike(value, REG_EXP)) as unknown as [string, string, string]
      return new RegExp(source, flags)
    },
  ],
  ['URL', (value) => new URL(stringLike(value, /^/))],
  [
    'map',
    (value) => {
      const entries = arrayOf(value)
      for (const entry of entries) expect(arrayOf(entry).length === 2)
      const map = new Map(entries as [unknown, unknown][])
      expect(map.size === entries.length)
      return map
    },
  ],
  [
    'set',
    (value) => {
      const members = arrayOf(value)
      const set = new Set(members)
      expect(set.size === members.length)
      return set
    },
  ],
])

/** Makes the value of a type from its JSON. Throws if they do not fit. */
export function convert(type: unknown, value: unknown): unknown {
  return conversionTo(type)(value)
}

/** As {@link convert}, for many values. Throws for a type that no pickle has. */
export function conversionTo(type: unknown): (value: unknown) => unknown {
  const conversion = CONVERSIONS.get(type)
  if (conversion !== undefined) return conversion
  if (!Array.isArray(type) || type.length !== 2 || type[0] !== 'custom' || type[1] !== CUSTOM)
    throw new TypeError(`an annotation of an unknown type: ${String(JSON.stringify(type)).slice(0, 100)}`)
  return toTagged
}

function toTagged(value: unknown): Tagged {
  const [name, payload, ...rest] = arrayOf(value)
  expect(typeof name === 'string' && rest.length === 0)
  return new Tagged(name as string, payload)
}

function arrayOf(value: unknown): unknown[] {
  expect(Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype)
  return value as unknown[]
}

function stringLike(value: unknown, pattern: RegExp, longest = Number.POSITIVE_INFINITY): string {
  expect(typeof value === 'string' && value.length <= longest && pattern.test(value))
  return value as string
}

function expect(right: boolean): void {
  if (!right) throw new TypeError('an annotation does not fit its value')
}
