import { describe, expect, it } from 'vitest'
import { strictDifference } from './support/strict-difference.ts'

class Point {}
const shared = { a: 1 }
const cycle: unknown[] = []
cycle.push(cycle)
const otherCycle: unknown[] = [[]]
;(otherCycle[0] as unknown[]).push(otherCycle)

const differing: Record<string, [unknown, unknown]> = {
  '0 and -0': [0, -0],
  'NaN and undefined': [Number.NaN, undefined],
  'null and undefined': [null, undefined],
  'a number and a BigInt': [1, 1n],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is compared
  'a hole and undefined': [[,], [undefined]],
  'an undefined property and none': [{ a: undefined }, {}],
  'an array and one with a property': [[1], Object.assign([1], { a: 1 })],
  'a plain object and one without a prototype': [{}, Object.create(null)],
  'an instance and a plain object': [new Point(), {}],
  'the order of keys': [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ],
  'the order of a Map': [
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
    new Map([
      ['b', 2],
      ['a', 1],
    ]),
  ],
  'the order of a Set': [new Set([1, 2]), new Set([2, 1])],
  'a shared object and a copy': [
    [shared, shared],
    [{ a: 1 }, { a: 1 }],
  ],
  'a copy and a shared object': [
    [{ a: 1 }, { a: 1 }],
    [shared, shared],
  ],
  'a shared object in a Set and a copy': [
    [shared, new Set([shared])],
    [shared, new Set([{ a: 1 }])],
  ],
  'cycles of another length': [cycle, otherCycle],
  'invalid and valid dates': [new Date(Number.NaN), new Date(0)],
  'flags of a RegExp': [/a/g, /a/i],
  'the lastIndex of a RegExp': [Object.assign(/a/g, { lastIndex: 1 }), /a/g],
  'NaN and 0 in a Float64Array': [new Float64Array([Number.NaN]), new Float64Array([0])],
  '-0 in a Float32Array': [new Float32Array([-0]), new Float32Array([0])],
  'a Buffer and a Uint8Array': [Buffer.from([1]), new Uint8Array([1])],
  'bytes of an ArrayBuffer': [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
  'classes of errors': [new TypeError('a'), new RangeError('a')],
  'causes of errors': [new Error('a', { cause: 1 }), new Error('a', { cause: 2 })],
  'a cause and none': [new Error('a', { cause: undefined }), new Error('a')],
  'fields of errors': [Object.assign(new Error('a'), { code: 1 }), Object.assign(new Error('a'), { code: 2 })],
  'errors of an AggregateError': [new AggregateError([1]), new AggregateError([2])],
  'an enumerable name and a hidden one': [
    Object.assign(new Error('a'), { name: 'x' }),
    Object.defineProperty(new Error('a'), 'name', { value: 'x', writable: true, configurable: true }),
  ],
  URLs: [new URL('http://a/b'), new URL('http://a/c')],
  'a getter and its value': [
    {
      get a() {
        return 1
      },
    },
    { a: 1 },
  ],
}

describe('the strict comparison', () => {
  for (const [what, [a, b]] of Object.entries(differing)) {
    it(`finds a difference: ${what}`, () => {
      expect(strictDifference(a, b)).toBeTypeOf('string')
      expect(strictDifference(b, a)).toBeTypeOf('string')
    })
  }

  it('finds no difference between a value and a copy of it', () => {
    const make = () => {
      const part = { when: new Date(5), list: [Number.NaN, -0, undefined], text: '\ud800' }
      const value = {
        part,
        again: part,
        map: new Map<unknown, unknown>([[part, 1]]),
        e: new TypeError('a', { cause: part }),
      }
      return Object.assign(value, { self: value })
    }
    expect(strictDifference(make(), make())).toBeUndefined()
  })
})
