import { KeyError } from '@persist/errors'
import { canonical } from '@persist/key'
import { describe, expect, test } from 'vitest'

const MIB = 1024 * 1024
const FORMAT = '1:'.length

function nested(levels: number): unknown {
  let value: unknown = 0
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

test('500 levels of objects are allowed, 501 are not', () => {
  expect(canonical(nested(500))).toContain('[0]')
  expect(() => canonical(nested(501))).toThrow(/500 levels/)
})

test('a million levels are a KeyError, never a stack overflow', () => {
  expect(() => canonical(nested(1_000_000))).toThrow(KeyError)
  let map: unknown = new Map()
  for (let level = 0; level < 100_000; level++) map = new Map([[map, 1]])
  expect(() => canonical(map)).toThrow(KeyError)
})

test('if the stack is nearly full, the error is a KeyError or the caller overflows the stack, too', () => {
  const value = nested(400)
  const seen = new Set<string>()
  const dive = (): void => {
    try {
      canonical(value)
      seen.add('string')
    } catch (error) {
      // Without room for one more call, the engine throws its own error.
      seen.add(error instanceof KeyError ? 'KeyError' : (error as Error).name)
    }
    dive()
  }
  expect(dive).toThrow(RangeError)
  expect(seen).toContain('string')
  expect(seen).toContain('KeyError')
  expect(canonical(value)).toBe(canonical(nested(400)))
})

test('a string of exactly 1 MiB is allowed, one more character is not', () => {
  expect(canonical('x'.repeat(MIB - 2))).toHaveLength(MIB + FORMAT)
  expect(() => canonical('x'.repeat(MIB - 1))).toThrow(/1048576/)
  expect(canonical(['x'.repeat(MIB - 4)])).toHaveLength(MIB + FORMAT)
  expect(() => canonical(['x'.repeat(MIB - 3)])).toThrow(/1048576/)
})

describe('a value that would be far too long is a KeyError:', () => {
  const diamond = (levels: number, join: (part: unknown) => unknown) => {
    let value: unknown = 'x'
    for (let level = 0; level < levels; level++) value = join(value)
    return value
  }
  const string = 'x'.repeat(200_000_000)
  const million = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, index) => [`key ${index}`, 1]))
  test.each<[string, () => unknown]>([
    ['a diamond of 40 arrays', () => diamond(40, (part) => [part, part])],
    ['a diamond of 40 objects', () => diamond(40, (part) => ({ a: part, b: part }))],
    [
      'a diamond of 40 Maps',
      () =>
        diamond(
          40,
          (part) =>
            new Map([
              [1, part],
              [2, part],
            ]),
        ),
    ],
    ['an array of four billion holes', () => new Array(4e9)],
    ['a long string', () => string],
    ['a long string as the name of a property', () => ({ [string]: 1 })],
    ['a long boxed string', () => Object(string)],
    ['a million properties', () => million],
    ['a BigInt of a billion bits', () => 1n << 1_000_000_000n],
    ['its opposite', () => -(1n << 1_000_000_000n)],
    ['a long RegExp', () => new RegExp('x'.repeat(MIB))],
    ['nearly a mebibyte in each of 400 levels', () => diamond(400, (part) => ['x'.repeat(1_000_000), part])],
    [
      'a Proxy with an infinite length',
      () => new Proxy([], { get: (_target, name) => (name === 'length' ? Number.POSITIVE_INFINITY : 1) }),
    ],
    [
      'a graph in which each node contains all nodes',
      () => {
        const nodes: unknown[][] = Array.from({ length: 60 }, () => [])
        for (const node of nodes) node.push(...nodes)
        return nodes
      },
    ],
  ])('%s', (_name, make) => {
    expect(() => canonical(make())).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_KEY' }))
  })
})

test('large data counts by its digest, so the key of many megabytes is short', () => {
  const bytes = new Uint8Array(50 * MIB)
  const key = canonical([bytes, bytes.buffer, bytes, bytes])
  expect(key.length).toBeLessThan(500)
  bytes[40 * MIB] = 1
  expect(canonical([bytes, bytes.buffer, bytes, bytes])).not.toBe(key)
})

test('a large buffer that occurs many times is read once', () => {
  const bytes = new Uint8Array(20 * MIB)
  expect(() => canonical(new Array(20_000).fill(bytes))).toThrow(/1048576/)
})

test('a very long path is shortened', () => {
  const { path } = (() => {
    try {
      canonical([{ ['x'.repeat(MIB / 2)]: nested(499) }])
    } catch (error) {
      return error as KeyError
    }
    throw new Error('no error')
  })()
  expect(path.length).toBeLessThan(500)
  expect(path).toContain('…')
})
