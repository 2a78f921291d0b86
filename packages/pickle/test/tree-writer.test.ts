import { runInNewContext } from 'node:vm'
import { createPickle, pickle, unpickle } from '@persist/pickle'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hoist } from '../src/hoist.ts'
import { resolveOptions } from '../src/options.ts'
import { prepareHoisted, prepareTree } from '../src/prepare-tree.ts'
import { takeSnapshot } from '../src/snapshot.ts'
import { plainValues, richTrees } from './support/random-values.ts'
import { strictDifference } from './support/strict-difference.ts'

const options = resolveOptions()

/** The text of the careful way, which copies the value. */
function carefully(value: unknown): string {
  const { value: copy, shared, rich } = takeSnapshot(value, options, 'text')
  if (!rich && shared.size === 0) return `{"v":1,"json":${JSON.stringify(copy)}}`
  const { json, notes } = prepareHoisted(hoist(copy, shared))
  return `{"v":1,"json":${JSON.stringify(json)}${notes === undefined ? '' : `,"meta":{"values":${notes},"v":1}`}}`
}

const inText = createPickle({ binary: false })

describe('a tree that is written without a copy', () => {
  it.each([
    ['trees', richTrees],
    ['plain values', plainValues],
  ])('has the text of the careful way, for 5,000 random %s', (_what, values) => {
    let withoutCopy = 0
    fc.assert(
      fc.property(values, (value) => {
        if (prepareTree(value, options) !== undefined) withoutCopy++
        expect(inText.pickle(value)).toBe(carefully(value))
      }),
      { numRuns: 5_000 },
    )
    expect(withoutCopy).toBeGreaterThan(500)
  })

  it('is itself left as it was', () => {
    const value = { at: new Date(0), list: [undefined, { n: 1n }], rows: new Map([['a', new Set([Number.NaN])]]) }
    const before = structuredClone(value)
    pickle(value)
    expect(strictDifference(before, value)).toBeUndefined()
  })

  it.each<[string, () => unknown]>([
    ['a getter', () => ({ a: 1, get b() { throw new Error('it ran') } })], // biome-ignore format: one line
    ['a setter', () => Object.defineProperty({}, 'a', { set() {}, enumerable: true })],
    ['a getter in an array', () => Object.defineProperty([1, 2], 0, { get: () => { throw new Error('it ran') } })], // biome-ignore format: one line
    ['a getter in a long array', () => Object.defineProperty(new Array(100).fill(1), 50, { get: () => { throw new Error('it ran') } })], // biome-ignore format: one line
    ['a Proxy', () => new Proxy({}, new Proxy({}, { get: () => { throw new Error('it ran') } }))], // biome-ignore format: one line
    ['a prototype that is a Proxy', () => Object.create(new Proxy({}, new Proxy({}, { get: () => { throw new Error('it ran') } })))], // biome-ignore format: one line
    ['an object that is there twice', () => { const a = {}; return [a, a] }], // biome-ignore format: one line
    ['a Date that is there twice', () => { const a = new Date(0); return [a, a] }], // biome-ignore format: one line
    ['a Date that is there twice, with a later one between', () => { const a = new Date(0); return [a, new Date(1), a] }], // biome-ignore format: one line
    ['a Date that is there twice, after an earlier one', () => { const a = new Date(1); return [a, new Date(0), a] }], // biome-ignore format: one line
    ['a hole', () => new Array(1)],
    ['a property of an array', () => Object.assign([1], { a: 1 })],
    ['a property that is not enumerable', () => Object.defineProperty({}, 'a', { value: 1 })],
    ['a symbol as a key', () => ({ [Symbol('a')]: 1 })],
    ['a function', () => ({ toJSON: () => 1 })],
    ['an object without a prototype', () => Object.create(null)],
    ['an invalid Date', () => new Date(Number.NaN)],
    ['a Map with a property', () => Object.assign(new Map(), { a: 1 })],
    ['a Map that looks plain', () => Object.setPrototypeOf(new Map(), Object.prototype)],
    ['__proto__ as a key beside a Date', () => JSON.parse('{"__proto__":1}', (key, of) => (key === '' ? { of, at: new Date(0) } : of))], // biome-ignore format: one line
    ['a toJSON of another realm', () => runInNewContext('Object.prototype.toJSON = () => 1; ({ a: 1 })')],
    ['two views of one buffer', () => { const a = new Uint8Array(64); return [a, a.subarray(1)] }], // biome-ignore format: one line
  ])('is left to the careful way, without running any code: %s', (_what, make) => {
    const value = make()
    const prepared = prepareTree(value, options)
    if (prepared !== undefined) expect(prepared.byteRanges.length).toBe(2)
  })

  it('brings back a value of a realm with a toJSON of its own', () => {
    const value = runInNewContext('Object.prototype.toJSON = () => 1; ({ list: [{ a: 1 }], at: new Date(0) })')
    expect(unpickle(pickle(value))).toEqual({ list: [{ a: 1 }], at: new Date(0) })
  })
})
