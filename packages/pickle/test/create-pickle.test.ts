import { OptionError, PickleError, UnpickleError } from '@persist/errors'
import { createPickle, type PickleOptions, type PickleType, unpickle } from '@persist/pickle'
import * as binary from '@persist/pickle/v8'
import { describe, expect, it } from 'vitest'
import { strictDifference } from './support/strict-difference.ts'

class Point {
  readonly x: unknown
  constructor(x: unknown) {
    this.x = x
  }
}
class Tags extends Set<string> {}

const point: PickleType<Point> = {
  name: 'Point',
  test: (value) => value instanceof Point,
  pickle: (point) => ({ x: point.x }),
  unpickle: (pickled) => new Point((pickled as { x: unknown }).x),
}
const tags: PickleType<Tags> = {
  name: 'Tags',
  test: (value) => value instanceof Tags,
  pickle: (tags) => [...tags],
  unpickle: (pickled) => new Tags(pickled as string[]),
}
const color = Symbol('color')
const colors: PickleType<symbol> = {
  name: 'color',
  test: (value) => value === color,
  pickle: () => 'color',
  unpickle: () => color,
}
const errorWithoutMessage: PickleType<Error> = {
  name: 'QuietError',
  test: (value) => value instanceof Error,
  pickle: () => null,
  unpickle: () => new Error('quiet'),
}

describe.each([
  ['text', createPickle],
  ['bytes', binary.createPickle],
] as const)('createPickle as %s', (_, create) => {
  const roundTrip = (value: unknown, options: PickleOptions): unknown => {
    const { pickle, unpickle } = create(options)
    return unpickle(pickle(value) as string & Uint8Array)
  }

  it('a function or a symbol that is reached twice comes back as one, also through objects of types of your own', () => {
    const adder: PickleType<() => number> = {
      name: 'adder',
      test: (value) => typeof value === 'function',
      pickle: (add) => add(),
      unpickle: (sum) => () => sum as number,
    }
    const mark: PickleType<symbol> = {
      name: 'mark',
      test: (value) => typeof value === 'symbol',
      pickle: (mark) => mark.description,
      unpickle: (description) => Symbol(description as string),
    }
    const [three, red] = [() => 3, Symbol('red')]
    const value = [three, new Point(three), new Point(new Map([[red, three]])), red, () => 3]
    const read = roundTrip(value, { types: [point, adder, mark] }) as [() => number, Point, Point, symbol, () => number]
    const [[key, held]] = read[2].x as Map<symbol, unknown> as unknown as [[symbol, unknown]]
    expect([read[0](), read[3].description]).toEqual([3, 'red'])
    expect([read[1].x === read[0], held === read[0], key === read[3], read[4] === read[0]]).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  it('a function that is made of itself is refused', () => {
    const holder: PickleType<{ held?: unknown }> = {
      name: 'holder',
      test: (value) => typeof value === 'function',
      pickle: (holder) => [holder.held],
      unpickle: () => ({}),
    }
    const own: { held?: unknown } = Object.assign(() => {}, { held: undefined as unknown })
    own.held = own
    expect(() => create({ types: [holder] }).pickle(own)).toThrow(/leads back to itself/)
  })

  it.each([
    ['an object of a class', () => new Point(1)],
    ['a rich value inside', () => [new Point(new Map([[new Date(0), new Point(-0)]]))]],
    ['a key of a Map', () => new Map([[new Point(1), new Point(2)]])],
    ['a subclass of a built-in', () => ({ tags: new Tags(['a', 'b']) })],
    ['a symbol', () => [color, { a: color }]],
    [
      'an object that is reached twice',
      () => {
        const p = new Point(1)
        return { p, again: [p], set: new Set([p]) }
      },
    ],
    [
      'an object whose parts are reached from outside',
      () => {
        const part = { a: 1 }
        return [new Point(part), part, new Point([part]), new Error('x', { cause: part })]
      },
    ],
    [
      'an object with a cycle inside',
      () => {
        const cycle: unknown[] = []
        cycle.push(cycle)
        return new Point(cycle)
      },
    ],
    [
      'an object that is reached before its parts',
      () => {
        const inner = new Point({ a: 1 })
        return [new Point(inner), inner]
      },
    ],
    [
      '2,000 properties with a symbol among them',
      () => ({ ...Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, i])), color }),
    ],
  ])('a type of the user brings back %s', (_what, make) => {
    const value = make()
    expect(strictDifference(value, roundTrip(value, { types: [point, tags, colors] }))).toBeUndefined()
    expect(strictDifference(make(), value)).toBeUndefined()
  })

  it('the types of the user are tried before the built-in ones, in their order', () => {
    expect(roundTrip(new TypeError('loud'), { types: [errorWithoutMessage] })).toEqual(new Error('quiet'))
  })

  it.each([
    ['itself', (self: Point) => self],
    ['a list with itself', (self: Point) => [self]],
    ['a Map with itself as a key', (self: Point) => new Map([[self, 1]])],
    ['an error with itself as the cause', (self: Point) => new Error('x', { cause: self })],
  ])('refuses an object of a type that contains %s', (_what, part) => {
    const self = new Point(undefined)
    ;(self as { x: unknown }).x = part(self)
    expect(() => roundTrip(self, { types: [point] })).toThrow(/leads back to itself/)
  })

  it('refuses an object of a type on a cycle that is reached from another object first', () => {
    const first: unknown[] = []
    const second = [first]
    first.push(second, new Point(second))
    expect(() => roundTrip(first, { types: [point] })).toThrow(/leads back to itself/)
  })

  it('names the path to a part of a type', () => {
    const { pickle } = create({ types: [point] })
    expect(() => pickle({ rows: [new Point([() => 1])] })).toThrow(
      expect.objectContaining({ path: '$.rows[0]<Point>.x[0]' }),
    )
  })

  it('wraps an error that a type throws, with the path and the cause', () => {
    const cause = new Error('no')
    const angry: PickleType = {
      ...point,
      pickle: () => {
        throw cause
      },
    }
    expect(() => create({ types: [angry] }).pickle([new Point(1)])).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_PICKLE', path: '$[0]', cause }),
    )
    const payload = create({ types: [point] }).pickle(new Point(1)) as string & Uint8Array
    const sad: PickleType = {
      ...point,
      unpickle: () => {
        throw cause
      },
    }
    expect(() => create({ types: [sad] }).unpickle(payload)).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_UNPICKLE', cause }),
    )
  })

  it('refuses to read a type that it does not know', () => {
    const payload = create({ types: [point] }).pickle([new Point(1)]) as string & Uint8Array
    expect(() => create().unpickle(payload)).toThrow(UnpickleError)
    expect(() => create().unpickle(payload)).toThrow(/Point.*createPickle/)
  })

  it('refuses a value deeper than maxDepth', () => {
    expect(() => create({ maxDepth: 2 }).pickle([[1]])).not.toThrow()
    expect(() => create({ maxDepth: 2 }).pickle([[[]]])).toThrow(expect.objectContaining({ path: '$[0][0]' }))
  })

  it('wraps a stack overflow if maxDepth allows more levels than the stack', () => {
    let deep: unknown
    for (let level = 0; level < 200_000; level++) deep = [deep]
    expect(() => create({ maxDepth: 1e6 }).pickle(deep)).toThrow(PickleError)
  })

  it('refuses more than maxBytes, both to write and to read', () => {
    const payload = create().pickle('é'.repeat(100)) as string & Uint8Array
    const bytes = Buffer.byteLength(payload)
    expect(() => create({ maxBytes: bytes }).pickle('é'.repeat(100))).not.toThrow()
    expect(() => create({ maxBytes: bytes - 1 }).pickle('é'.repeat(100))).toThrow(PickleError)
    expect(() => create({ maxBytes: bytes }).unpickle(payload)).not.toThrow()
    expect(() => create({ maxBytes: 50 }).unpickle(payload)).toThrow(UnpickleError)
  })

  it('keeps stacks only with the option stacks', () => {
    const error = new TypeError('a', { cause: new Error('b') })
    const kept = roundTrip(error, { stacks: true }) as typeof error
    expect(kept.stack).toBe(error.stack)
    expect((kept.cause as Error).stack).toBe((error.cause as Error).stack)
    expect(Object.getOwnPropertyDescriptor(kept, 'stack')?.enumerable).toBe(false)
    const bare = roundTrip(error, {}) as typeof error
    expect(bare.stack).toBe('TypeError: a')
    expect(Buffer.from(create().pickle(error)).toString('latin1')).not.toContain('create-pickle')
  })

  it.each([
    ['an unknown option', { type: [] }, 'type'],
    ['types that are not an array', { types: point }, 'types'],
    ['a type without a name', { types: [{ ...point, name: '' }] }, 'types'],
    ['a type that is null', { types: [null] }, 'types'],
    ['a type with the name of a built-in one', { types: [{ ...point, name: 'Buffer' }] }, 'types'],
    ['a type with a name of the format', { types: [{ ...point, name: 'graph' }] }, 'types'],
    ['two types of one name', { types: [point, point] }, 'types'],
    ['a type without unpickle', { types: [{ ...point, unpickle: undefined }] }, 'types'],
    ['a depth that is a string', { maxDepth: '5' }, 'maxDepth'],
    ['a depth of 0', { maxDepth: 0 }, 'maxDepth'],
    ['NaN bytes', { maxBytes: Number.NaN }, 'maxBytes'],
    ['stacks that are not a boolean', { stacks: 1 }, 'stacks'],
  ])('refuses %s', (_what, options, option) => {
    expect(() => create(options as PickleOptions)).toThrow(OptionError)
    expect(() => create(options as PickleOptions)).toThrow(expect.objectContaining({ option }))
  })
})

it('a pickle with an added type still reads payloads of the default pickle', () => {
  const { pickle } = createPickle()
  expect(createPickle({ types: [point] }).unpickle(pickle([new Date(0)]))).toEqual([new Date(0)])
  expect(unpickle(createPickle({ types: [point] }).pickle([new Date(0)]))).toEqual([new Date(0)])
})
