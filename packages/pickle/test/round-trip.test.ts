import { pickle, unpickle } from '@persist/pickle'
import { describe, expect, it } from 'vitest'

describe('pickle', () => {
  it.each([
    [1],
    ['text\n\u2028'],
    [null],
    [undefined],
    [Number.NaN],
    [-0],
    [12n],
    [new Date(0)],
    [
      new Map<unknown, unknown>([
        [1n, Number.NaN],
        [2n, Number.NaN],
      ]),
    ],
    [new Set([1n, 2n])],
    [[{ a: [1, 'x', { b: null }] }]],
    [new URL('http://example.test/a')],
    [/x/gi],
  ])('brings %o back equal', (value) => {
    expect(Object.is(unpickle(pickle(value)), value) || unpickle(pickle(value))).toEqual(
      Object.is(unpickle(pickle(value)), value) || value,
    )
    expect(pickle(value)).not.toContain('\n')
  })

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a promise', Promise.resolve()],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    ['a hole', [1, , 2]],
    ['an instance of a class', new (class Point {})()],
  ])('refuses %s with its path', (_what, part) => {
    expect(() => pickle({ rows: [part] })).toThrow(
      expect.objectContaining({ code: 'ERR_PERSIST_PICKLE', path: expect.stringContaining('$.rows[0]') }),
    )
  })

  it.each(['', '{}', '12', '{"v":2,"json":1}', '{"v":1}', 'null', '{"v":1,"json":1,"meta":3}'])(
    'reads no value from %j',
    (payload) => {
      expect(() => unpickle(payload)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_UNPICKLE' }))
    },
  )
})
