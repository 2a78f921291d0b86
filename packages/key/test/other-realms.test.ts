import { createContext, runInContext, runInThisContext } from 'node:vm'
import { KeyError } from '@persist/errors'
import { canonical } from '@persist/key'
import { afterEach, expect, test, vi } from 'vitest'

const context = createContext({})
const there = (source: string): unknown => runInContext(source, context)

test.each([
  '({a: 1, b: [1, , undefined]})',
  'Object.create(null)',
  '[1, -0, NaN, 1n]',
  'new Array(100).fill(1)',
  'new Map([[1, {a: 2}]])',
  'new Set([1, [2]])',
  'new Date(5)',
  'new Date(NaN)',
  '/a/gi',
  'Object(1)',
  'Object("ab")',
  'Object(true)',
  'Object(1n)',
  'new Uint8Array([1, 2])',
  'new Uint8Array(200)',
  'new Float64Array([-0])',
  'new ArrayBuffer(3)',
  'new DataView(new ArrayBuffer(3))',
])('%s of another realm has the same string as here', (source) => {
  expect(canonical(there(source))).toBe(canonical(runInThisContext(`(${source})`)))
})

test.each([
  'new (class A {})()',
  'new (class Map extends globalThis.Map {})()',
  'new (class Object { constructor() { this.a = 1 } })()',
  'class Date extends globalThis.Date {}; new Date()',
  'Object.create(Map.prototype)',
  'Promise.resolve(1)',
  'new Error("x")',
  'Object.assign(new Map(), {x: 1})',
])('%s of another realm is refused there as here', (source) => {
  expect(() => canonical(there(`{${source}}`))).toThrow(KeyError)
})

test('a class that pretends to be Object or another built-in class is refused', () => {
  const forge = (name: string) => {
    const forged = { [name]: class {} }[name]!
    return new forged()
  }
  for (const name of ['Object', 'Map', 'Date', 'Array']) expect(() => canonical(forge(name)), name).toThrow(KeyError)
  function Fake() {}
  Fake.toString = () => 'function Map() { [native code] }'
  expect(() => canonical(Object.create(Fake.prototype))).toThrow(KeyError)
  const proto = { constructor: Map }
  expect(() => canonical(Object.create(proto))).toThrow(KeyError)
})

afterEach(() => vi.useRealTimers())

test('a date that is made under fake timers has the string of any other date', () => {
  const real = [new Date(5), new Date(7)].map((date) => canonical(date))
  vi.useFakeTimers({ now: 5 })
  const faked = [new Date(), new Date(7)]
  expect(Object.getOwnPropertyNames(faked[0])).toEqual(['constructor'])
  expect(faked.map((date) => canonical(date))).toEqual(real)
  expect(() => canonical(Object.assign(new Date(), { zone: 'UTC' }))).toThrow(KeyError)
  vi.useRealTimers()
  expect(faked.map((date) => canonical(date))).toEqual(real)
})
