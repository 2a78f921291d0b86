import { readFileSync } from 'node:fs'
import { createContext, runInContext, runInThisContext } from 'node:vm'
import { PickleError } from '@persist/errors'
import * as text from '@persist/pickle'
import * as json from '@persist/pickle/json'
import * as binary from '@persist/pickle/v8'
import { describe, expect, it } from 'vitest'
import { strictDifference } from './support/strict-difference.ts'

const context = createContext({ Buffer, URL, structuredClone })
const there = (source: string): unknown => runInContext(`(${source})`, context)
const here = (source: string): unknown => runInThisContext(`(${source})`)

const PLAIN = [
  '{}',
  '[]',
  '({a: 1, b: [1, "x", null, {c: []}]})',
  'Object.fromEntries(Array.from({length: 2000}, (_, index) => ["k" + index, index]))',
  'new Array(100).fill(1)',
  'JSON.parse(\'{"__proto__": {"a": 1}}\')',
  'new Proxy({a: 1}, {})',
  'new Proxy([1, 2], {})',
]

const RICH = [
  '({a: undefined, b: -0, c: 1n})',
  'Object.assign(Object.fromEntries(Array.from({length: 2000}, (_, index) => ["k" + index, index])), {constructor: undefined})',
  'Object.assign(Object.create(null), {a: {b: 1}})',
  'new Map([[1, {a: 2}], [{}, []]])',
  'new Set([1, [2], new Set()])',
  'new Date(5)',
  'new Date(NaN)',
  '/a/gi',
  'Object.assign(/a/g, {lastIndex: 3})',
  'new Uint8Array([1, 2])',
  'new Uint8Array(200)',
  'new Float64Array([-0, NaN])',
  'new BigInt64Array([1n])',
  'new ArrayBuffer(3)',
  'new DataView(new ArrayBuffer(3))',
  'Buffer.from("a")',
  'new URL("http://a/")',
  'new Error("a", {cause: new TypeError("b", {cause: {c: [1]}})})',
  'Object.assign(new RangeError("a"), {code: "E", at: new Date(0), name: "Mine"})',
  'new AggregateError([new Error("a"), {b: 1}], "c")',
  '"say hello".match(/(?<word>h\\w+)/)',
  '[[{a: new Map([[new Date(0), [{b: new Set([{c: undefined}])}]]])}]]',
  '(() => { const a = {}; a.self = a; return [a, a, new Map([[a, a]])] })()',
]

describe.each([
  ['as text', text],
  ['as bytes', binary],
])('%s', (_how, { pickle, unpickle }) => {
  it.each([...PLAIN, ...RICH])('%s of another realm comes back as one of this realm', (source) => {
    expect(strictDifference(here(source), unpickle(pickle(there(source))))).toBeUndefined()
  })

  it('a hole in an array of another realm is treated as one of this realm is', () => {
    if (pickle === (binary.pickle as unknown)) {
      expect(strictDifference(here('[1, , 2]'), unpickle(pickle(there('[1, , 2]'))))).toBeUndefined()
    } else expect(() => pickle(there('[1, , 2]'))).toThrow(/hole.*\$\[1\]/)
  })

  it.each([
    ['new (class Point { x = 1 })()', /Point/],
    ['new (class Object { x = 1 })()', /instance of Object/],
    ['new (class extends Map {})()', /new Map\(map\)/],
    ['new (class MyArray extends Array {})()', /MyArray.*\[\.\.\.array\]/],
    ['new (class MyError extends Error {})()', /MyError/],
    ['Promise.resolve(1)', /await/],
    ['new WeakMap()', /WeakMap/],
    ['new WeakRef({})', /WeakRef/],
    ['new SharedArrayBuffer(1)', /SharedArrayBuffer/],
    ['Object(1)', /boxed/],
    ['Object("a")', /boxed/],
    ['() => 1', /function/],
    ['Symbol("a")', /symbol/],
    ['(function () { return arguments })(1)', /arguments/],
    ['new Intl.NumberFormat("en")', /NumberFormat/],
    ['(function* () {})()', /generator/],
    ['({[Symbol.toStringTag]: "Object"})', /symbol for a key/],
    ['Object.create(Map.prototype)', /Map cannot be stored/],
    ['Object.create(Date.prototype)', /Date cannot be stored/],
    ['Object.create(Array.prototype)', /instance of Array/],
    ['Object.create(Error.prototype)', /only looks like/],
    ['Object.create(Uint8Array.prototype)', /Uint8Array cannot be stored/],
    ['Object.setPrototypeOf(new Map(), Object.prototype)', /only looks plain/],
    ['new Proxy(new Map(), {})', /Proxy of a Map/],
    ['Object.assign(new Map(), {a: 1})', /properties of its own/],
    ['Object.defineProperty({}, "a", {value: 1})', /not enumerable.*\$\.in\.a/],
  ])('%s of another realm is refused with its path, as one of this realm is', (source, reason) => {
    for (const value of [here(source), there(source)]) {
      expect(() => pickle({ in: value })).toThrow(PickleError)
      expect(() => pickle({ in: value })).toThrow(reason)
      expect(() => pickle({ in: value })).toThrow(/\$\.in/)
    }
  })

  it('refuses a class that only looks built-in', () => {
    const named = (name: string) =>
      Object.create({ constructor: Object.defineProperty(() => {}, 'name', { value: name }) })
    for (const name of ['Object', 'Array', 'Map', 'Error']) expect(() => pickle(named(name)), name).toThrow(PickleError)
    for (const type of [Object, Map, Array])
      expect(() => pickle(Object.create({ constructor: type }))).toThrow(PickleError)
    const bound = Object.bind(null) as unknown as { prototype: object }
    bound.prototype = { constructor: bound }
    expect(() => pickle(Object.create(bound.prototype))).toThrow(PickleError)
  })
})

it('a frozen object of another realm comes back as one of this realm would', () => {
  const back = text.unpickle(text.pickle(there('Object.freeze({a: Object.freeze([1])})')))
  expect(strictDifference({ a: [1] }, back)).toBeUndefined()
})

describe('as plain JSON', () => {
  it.each(PLAIN)('%s of another realm is written as one of this realm is', (source) => {
    expect(json.pickle(there(source))).toBe(JSON.stringify(here(source)))
  })

  it.each(RICH)('%s of another realm is refused as one of this realm is', (source) => {
    expect(() => json.pickle(here(source))).toThrow(PickleError)
    expect(() => json.pickle(there(source))).toThrow(PickleError)
  })
})

it('an object that Node makes can be stored from another realm, too', () => {
  const clone = runInContext('structuredClone({ when: new Date(0), list: [new Map([[1, { a: 1 }]])] })', context)
  expect(text.unpickle(text.pickle(clone))).toEqual({ when: new Date(0), list: [new Map([[1, { a: 1 }]])] })
  let thrown: unknown
  try {
    readFileSync('/there/is/no/such/file')
  } catch (error) {
    thrown = error
  }
  expect(text.unpickle(text.pickle(thrown))).toMatchObject({ code: 'ENOENT', syscall: 'open' })
})

it('a payload may be bytes of another realm', () => {
  const bytes = (payload: string | Uint8Array) => {
    context.list = [...Buffer.from(payload)]
    return there('Uint8Array.from(list)') as Uint8Array
  }
  expect(text.unpickle(bytes(text.pickle([1n])))).toEqual([1n])
  expect(json.unpickle(bytes(json.pickle([1])))).toEqual([1])
  expect(binary.unpickle(bytes(binary.pickle([1n])))).toEqual([1n])
})
