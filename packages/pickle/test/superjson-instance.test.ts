import { createPickle } from '@persist/pickle/superjson'
import fc from 'fast-check'
import { SuperJSON } from 'superjson'
import { describe, expect, it } from 'vitest'

class Point {
  readonly x: number
  readonly at: Date

  constructor(x: number, at: Date) {
    this.x = x
    this.at = at
  }
}

const instance = new SuperJSON()
instance.registerClass(Point)
instance.registerSymbol(Symbol.for('color'), 'color')
const { pickle, unpickle } = createPickle(instance)

describe('a pickle of a SuperJSON instance', () => {
  it('brings back its registered classes and symbols', () => {
    const value = { points: new Map([['a', new Point(1, new Date(0))]]), color: Symbol.for('color') }
    const back = unpickle(pickle(value))
    expect(back).toEqual(value)
    expect(back.points.get('a')).toBeInstanceOf(Point)
  })

  it('writes and reads what the instance itself does', () => {
    const value = { point: new Point(1, new Date(0)), big: 1n, list: [undefined, Number.NaN] }
    expect(pickle(value)).toBe(instance.stringify(value))
    expect(instance.parse(pickle(value))).toEqual(value)
    expect(unpickle(instance.stringify(value))).toEqual(value)
    expect(unpickle(Buffer.from(instance.stringify(value)))).toEqual(value)
  })

  it('reports a value that the instance cannot write, and a payload that it cannot read', () => {
    const unreadable = {
      get a(): never {
        throw new Error('mine')
      },
    }
    expect(() => pickle(unreadable)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_PICKLE' }))
    for (const payload of [
      '',
      '[]',
      '1',
      'null',
      '{"meta":{}}',
      '{"json":{},"meta":{"values":[["class","Nope"]],"v":1}}',
    ])
      expect(() => unpickle(payload)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_UNPICKLE' }))
  })

  it('brings back names with escapes, which JSON.parse of some versions of V8 confuses', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('\n', '"', '\\', 'a'), fc.integer(), { noNullPrototype: true }),
        (value) => {
          expect(unpickle(pickle(value))).toEqual(value)
        },
      ),
    )
  })
})
