// At least one value of every type with a canonical string, and similar values. No two may have the same string. The names
// are those of the golden file. This is plain JavaScript, so that child processes can load it.

const identity = Symbol.for('@persist/identity')
const bytes = (...of) => new Uint8Array(of)

class Model {
  constructor(weights) {
    this.weights = weights
  }
  [identity]() {
    return ['Model', this.weights]
  }
}

function cycle(levels) {
  const outer = {}
  let inner = outer
  for (let level = 1; level < levels; level++) {
    inner.next = {}
    inner = inner.next
  }
  inner.next = outer
  return outer
}

function regExp(source, flags, lastIndex) {
  return Object.assign(new RegExp(source, flags), { lastIndex })
}

function mapCycle() {
  const map = new Map()
  return map.set('self', map).set(map, 1)
}

function setCycle() {
  const set = new Set()
  return set.add([set])
}

export const CATALOG = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['true', () => true],
  ['false', () => false],

  ['0', () => 0],
  ['-0', () => -0],
  ['1', () => 1],
  ['-1', () => -1],
  ['0.1', () => 0.1],
  ['0.1 + 0.2', () => 0.1 + 0.2],
  ['1e21', () => 1e21],
  ['1e-7', () => 1e-7],
  ['the greatest safe integer', () => Number.MAX_SAFE_INTEGER],
  ['the greatest number', () => Number.MAX_VALUE],
  ['the least number', () => Number.MIN_VALUE],
  ['NaN', () => Number.NaN],
  ['Infinity', () => Number.POSITIVE_INFINITY],
  ['-Infinity', () => Number.NEGATIVE_INFINITY],

  ['0n', () => 0n],
  ['1n', () => 1n],
  ['-1n', () => -1n],
  ['a long BigInt', () => 2n ** 200n],

  ['the empty text', () => ''],
  ["'1'", () => '1'],
  ["'undefined'", () => 'undefined'],
  ["'a'", () => 'a'],
  ['a text with a quote', () => '"'],
  ['a text with a backslash', () => '\\'],
  ['a text with NUL, newline, delete and U+2028', () => '\0\n\x7f\u2028'],
  ['é composed', () => '\u00e9'],
  ['é decomposed', () => 'e\u0301'],
  ['an emoji', () => '\u{1f600}'],
  ['the high half of it', () => '\ud83d'],
  ['the low half of it', () => '\ude00'],
  ['the halves in the wrong order', () => '\ude00\ud83d'],
  ['the high half as an escape', () => '\\ud83d'],
  ['U+FFFD', () => '\ufffd'],
  ['a long text', () => 'long '.repeat(40)],

  ['[]', () => []],
  ['[[]]', () => [[]]],
  ['[undefined]', () => [undefined]],
  // biome-ignore lint/suspicious/noSparseArray: holes are meant
  ['[hole]', () => [,]],
  // biome-ignore lint/suspicious/noSparseArray: holes are meant
  ['[hole, undefined]', () => [, undefined]],
  // biome-ignore lint/suspicious/noSparseArray: holes are meant
  ['[undefined, hole]', () => [undefined, ,]],
  ['[null]', () => [null]],
  ['[1, 2]', () => [1, 2]],
  ['[2, 1]', () => [2, 1]],
  ['[12]', () => [12]],
  ["['a,b']", () => ['a,b']],
  ["['a', 'b']", () => ['a', 'b']],
  ['[1, [2]]', () => [1, [2]]],
  ['[[1], 2]', () => [[1], 2]],
  ['a long array', () => Array.from({ length: 100 }, (_, index) => index)],

  ['{}', () => ({})],
  ['{a: undefined}', () => ({ a: undefined })],
  ['{a: 1}', () => ({ a: 1 })],
  ['{a: 1, b: 2}', () => ({ b: 2, a: 1 })],
  ['{a: {b: 2}}', () => ({ a: { b: 2 } })],
  ['{0: 1}', () => ({ 0: 1 })],
  ['numbers as names, in order of code units', () => ({ 2: 0, 10: 0, 1: 0 })],
  [
    'names that locales sort in other ways',
    () => ({ z: 0, ä: 0, I: 0, i: 0, ı: 0, İ: 0, 'co-op': 0, coop: 0, '\u{1f600}': 0, '\uffff': 0 }),
  ],
  ['the empty name', () => ({ '': 1 })],
  ['names with dots and quotes', () => ({ 'a.b': 1, '"': 2, '\\': 3 })],
  ['a name that is half a pair', () => ({ '\ud83d': 1 })],
  ['an own __proto__', () => JSON.parse('{"__proto__":1}')],
  ['constructor and prototype as names', () => ({ constructor: 1, prototype: 2 })],
  ['{} without a prototype', () => Object.create(null)],
  ['{a: 1} without a prototype', () => Object.assign(Object.create(null), { a: 1 })],

  ['Date 0', () => new Date(0)],
  ['Date 1', () => new Date(1)],
  ['Date before 1970', () => new Date(-1)],
  ['an invalid Date', () => new Date(Number.NaN)],

  ['/a/', () => /a/],
  ['/a/g', () => /a/g],
  ['/a/g with lastIndex', () => regExp('a', 'g', 1)],
  ['/a/ with lastIndex -0', () => regExp('a', '', -0)],
  ['a RegExp of a slash and a newline', () => /\/\n/],
  ['an empty RegExp', () => /(?:)/],
  ['a RegExp with all flags', () => /./dgimsuy],

  ['an empty Map', () => new Map()],
  ['Map of 1', () => new Map([[1, 'a']])],
  ["Map of '1'", () => new Map([['1', 'a']])],
  [
    'Map in one order',
    () =>
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
  ],
  [
    'Map in the other',
    () =>
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
  ],
  [
    'Map with NaN, objects and Maps as keys',
    () =>
      new Map([
        [Number.NaN, 1],
        [{ a: 1 }, 2],
        [new Map(), undefined],
      ]),
  ],
  ['an empty Set', () => new Set()],
  ['Set in one order', () => new Set([1, 2])],
  ['Set in the other', () => new Set([2, 1])],
  ["Set of '1,2'", () => new Set(['1,2'])],

  ['Object(1)', () => Object(1)],
  ['Object(-0)', () => Object(-0)],
  ["Object('1')", () => Object('1')],
  ["Object('')", () => Object('')],
  ['Object(true)', () => Object(true)],
  ['Object(1n)', () => Object(1n)],

  ['URL', () => new URL('https://example.org/a?b=1#c')],
  ['the same as a text', () => 'https://example.org/a?b=1#c'],
  ['URL that is written otherwise', () => new URL('HTTPS://EXAMPLE.org:443/x/../ä b')],
  ['no URLSearchParams', () => new URLSearchParams()],
  [
    'URLSearchParams',
    () =>
      new URLSearchParams([
        ['a', '1'],
        ['a', '2'],
        ['b', '&= +\u00e9'],
      ]),
  ],
  [
    'URLSearchParams in another order',
    () =>
      new URLSearchParams([
        ['a', '2'],
        ['a', '1'],
        ['b', '&= +\u00e9'],
      ]),
  ],

  ['an empty Uint8Array', () => bytes()],
  ['Uint8Array', () => bytes(1, 2, 3, 255)],
  ['Uint8ClampedArray', () => new Uint8ClampedArray([1, 2, 3, 255])],
  ['Int8Array', () => new Int8Array([1, 2, 3, -1])],
  ['Uint16Array', () => new Uint16Array([513, 65283])],
  ['Int16Array', () => new Int16Array([513, -253])],
  ['Uint32Array', () => new Uint32Array([0x01020304])],
  ['Int32Array', () => new Int32Array([0x01020304])],
  ['Float32Array', () => new Float32Array([1.5, -0, Number.POSITIVE_INFINITY])],
  ['Float64Array', () => new Float64Array([1.5, 0])],
  ['Float64Array with -0', () => new Float64Array([1.5, -0])],
  ['Float64Array with NaN', () => new Float64Array(Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f).buffer)],
  ['Float64Array with another NaN', () => new Float64Array(Uint8Array.of(0xa2, 7, 0, 0, 0, 0, 0xf0, 0x7f).buffer)],
  ['BigInt64Array', () => new BigInt64Array([-1n])],
  ['BigUint64Array', () => new BigUint64Array([2n ** 64n - 1n])],
  ['the same bytes as an array', () => [1, 2, 3, 255]],
  ['96 bytes', () => new Uint8Array(96).fill(7)],
  ['97 bytes', () => new Uint8Array(97).fill(7)],
  ['97 other bytes', () => new Uint8Array(97).fill(8)],
  ['1,000 numbers', () => new Float64Array(1_000).map((_, index) => index / 4)],
  ['an empty Buffer', () => Buffer.alloc(0)],
  ['Buffer', () => Buffer.of(1, 2, 3, 255)],
  ['a long Buffer', () => Buffer.alloc(97, 7)],
  ['ArrayBuffer', () => bytes(1, 2, 3, 255).buffer],
  ['a long ArrayBuffer', () => new ArrayBuffer(1_000)],
  ['a resizable ArrayBuffer', () => new ArrayBuffer(4, { maxByteLength: 8 })],
  ['a resizable ArrayBuffer with more room', () => new ArrayBuffer(4, { maxByteLength: 9 })],
  ['an ArrayBuffer of zeros', () => new ArrayBuffer(4)],
  ['SharedArrayBuffer', () => new SharedArrayBuffer(4)],
  ['a growable SharedArrayBuffer', () => new SharedArrayBuffer(4, { maxByteLength: 8 })],
  ['DataView', () => new DataView(bytes(1, 2, 3, 255).buffer)],
  ['a part of a DataView', () => new DataView(bytes(0, 1, 2, 3, 255).buffer, 1, 3)],

  ['an object that holds itself', () => cycle(1)],
  ['an object that holds itself two levels down', () => cycle(2)],
  ['an object that holds itself three levels down', () => cycle(3)],
  ['an object around one that holds itself', () => ({ next: cycle(1) })],
  [
    'an array that holds itself',
    () => {
      const array = []
      array.push(array)
      return array
    },
  ],
  [
    'an array that holds itself beside a 1',
    () => {
      const array = [1]
      array.push(array)
      return array
    },
  ],
  ['a Map that holds itself', mapCycle],
  ['a Set that holds itself', setCycle],
  ["the text '^1'", () => '^1'],
  ['two equal parts', () => [{ a: 1 }, { a: 1 }]],

  ['an object with an identity', () => new Model('v1')],
  ['one with another', () => new Model('v2')],
  ['its identity by itself', () => ['Model', 'v1']],
  ['a function with an identity', () => Object.assign(() => 0, { [identity]: () => 'byAge' })],
]
