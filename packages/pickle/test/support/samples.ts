/** A value of each type beyond plain JSON that the text format has. The golden file has a line for each. */
export const richSamples: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  'undefined in an object': () => ({ a: undefined, b: 1 }),
  'undefined in an array': () => [undefined, 1],
  NaN: () => Number.NaN,
  Infinity: () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  '-0': () => -0,
  'BigInt: small': () => [0n, -1n, 12345678901234567890n],
  'BigInt: of 1,000 digits': () => 10n ** 999n,
  'BigInt: of 1,001 digits': () => 10n ** 1000n,
  'BigInt: negative, of 1,001 digits': () => -(10n ** 1000n) - 255n,
  Date: () => ({ when: new Date(Date.UTC(2024, 1, 29, 12, 30, 15, 123)) }),
  'Date: far': () => [new Date(8.64e15), new Date(-8.64e15)],
  'Date: invalid': () => new Date(Number.NaN),
  RegExp: () => [/a\/b/, /[/\n]/gimsuy, /(?<x>é)/d, /(?:)/],
  'RegExp: with lastIndex': () => Object.assign(/a/g, { lastIndex: 3 }),
  Map: () =>
    new Map<unknown, unknown>([
      [1, 'number'],
      ['1', 'text'],
      [{ id: 1 }, 'object'],
      [Number.NaN, null],
      [undefined, 1n],
    ]),
  'Map: empty': () => new Map(),
  Set: () => new Set<unknown>([1, '1', null, [1], new Date(0)]),
  'Map in a Map': () => new Map([[new Map([['a', 1]]), new Set([new Set()])]]),
  'Map and NaN twice': () => [
    Number.NaN,
    new Map<unknown, unknown>([
      [Number.NaN, 'a'],
      [null, 'b'],
    ]),
  ],
  'Map and BigInts twice': () => ({
    keys: [1n, 2n],
    m: new Map([
      [1n, 'A'],
      [2n, 'B'],
      [3n, 'C'],
    ]),
  }),
  URL: () => new URL('https://user@example.org:8080/a%20b?c=d&e=f#g'),
  URLSearchParams: () => new URLSearchParams('a=1&a=2&b=%20%C3%A9'),
  Int8Array: () => new Int8Array([-128, 127]),
  Uint8Array: () => new Uint8Array([0, 255]),
  Uint8ClampedArray: () => new Uint8ClampedArray([0, 255]),
  Int16Array: () => new Int16Array([-32768, 258]),
  Uint16Array: () => new Uint16Array([65535, 258]),
  Int32Array: () => new Int32Array([-2147483648, 16909060]),
  Uint32Array: () => new Uint32Array([4294967295, 16909060]),
  Float32Array: () => new Float32Array([1.5, Number.NaN, -0]),
  Float64Array: () => new Float64Array([1.1, Number.NaN, Number.POSITIVE_INFINITY, -0]),
  BigInt64Array: () => new BigInt64Array([-(2n ** 63n), 72623859790382856n]),
  BigUint64Array: () => new BigUint64Array([2n ** 64n - 1n]),
  'Float64Array: empty': () => new Float64Array(0),
  'Uint8Array: a view': () => new Uint8Array(Uint8Array.from([9, 1, 2, 3, 9]).buffer, 1, 3),
  ArrayBuffer: () => new Uint8Array([1, 2, 3]).buffer,
  DataView: () => new DataView(Uint8Array.from([9, 1, 2]).buffer, 1),
  Buffer: () => Buffer.from('héllo'),
  Error: () => new Error('a'),
  'Error: without message': () => new Error(),
  EvalError: () => new EvalError('a'),
  RangeError: () => new RangeError('a'),
  ReferenceError: () => new ReferenceError('a'),
  SyntaxError: () => new SyntaxError('a'),
  TypeError: () => new TypeError('a', { cause: new Error('b', { cause: undefined }) }),
  URIError: () => new URIError('a'),
  AggregateError: () => new AggregateError([new Error('a'), 1n], 'b', { cause: 'c' }),
  'Error: with fields': () => Object.assign(new Error('a'), { code: 'E', when: new Date(0), name: 'MyError' }),
  'Error: its own cause': () => {
    const error = new Error('a')
    return Object.assign(error, { again: error })
  },
  'array with properties': () => 'say hello'.match(/(?<word>h\w+)/),
  'array with properties that lead back to it': () => {
    const array: unknown[] = [undefined]
    return Object.assign(array, { self: array })
  },
  'object without a prototype': () => Object.assign(Object.create(null), { a: 1, b: { c: undefined } }),
  '__proto__ beside undefined': () =>
    Object.defineProperty({ u: undefined }, '__proto__', {
      value: { a: 1 },
      writable: true,
      enumerable: true,
      configurable: true,
    }),
  'constructor and prototype beside a Date': () => ({ constructor: 1, prototype: { constructor: 2 }, at: new Date(0) }),
  'keys with dots and backslashes': () => ({ 'a.b': { '\\': undefined, '\\.': -0, '': 1n }, 'a\\.b': new Date(0) }),
  'shared objects': () => {
    const a = { id: 1 }
    return { first: a, second: a, list: [a] }
  },
  'shared Date': () => {
    const date = new Date(0)
    return [date, date]
  },
  'shared objects in a Map and a Set': () => {
    const [a, b] = [{ id: 1 }, { id: 2 }]
    return {
      nodes: [a, b],
      dist: new Map<unknown, number>([
        [a, 10],
        [b, 20],
        ['x', 30],
      ]),
      seen: new Set([b, a]),
    }
  },
  'circular object': () => {
    const value: Record<string, unknown> = { a: 1 }
    return Object.assign(value, { self: value })
  },
  'circular array': () => {
    const value: unknown[] = []
    value.push(value, [value])
    return value
  },
  'circular through a Map': () => {
    const map = new Map<unknown, unknown>()
    return map.set(map, { map })
  },
  'circular through a Set': () => {
    const set = new Set<unknown>()
    return set.add(set).add([set])
  },
  'a shared child that leads to the root': () => {
    const child = { root: {} }
    child.root = { a: child, b: child }
    return child.root
  },
}

/** Values that plain JSON brings back equal. */
export const plainSamples: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  true: () => true,
  number: () => 12345.678,
  text: () => 'a "b" \\ é \u2028 \n \0 😀',
  'lone surrogates': () => ({ '\ud800': '\udfff' }),
  object: () => ({ a: [1, { b: null }, []], c: {}, '': '' }),
  'keys of Object.prototype': () => JSON.parse('{"__proto__":{"x":1},"constructor":2,"prototype":3,"toString":4}'),
  'numbers as keys': () => ({ 2: 'b', 1: 'a', x: 'c' }),
}
