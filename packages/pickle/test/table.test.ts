import { PickleError } from '@persist/errors'
import * as text from '@persist/pickle'
import * as json from '@persist/pickle/json'
import * as binary from '@persist/pickle/v8'
import { describe, expect, it } from 'vitest'
import { rawJson } from './support/raw-json.ts'
import { plainSamples, richSamples } from './support/samples.ts'
import { strictDifference } from './support/strict-difference.ts'

/** The value comes back equal, or is refused with this message. */
type Outcome = 'right' | RegExp

interface Row {
  readonly make: () => unknown
  readonly text: Outcome
  readonly binary: Outcome
  readonly json: Outcome
  /** The value that comes back, if it is another one: reading evaluates a getter and unfreezes. */
  readonly as?: () => unknown
}

class Point {
  x = 1
}
class Secret {
  readonly #secret = 1
  get secret(): number {
    return this.#secret
  }
}
class Dated {
  toJSON(): string {
    return 'x'
  }
}
class MyArray extends Array<unknown> {}
class MyMap extends Map<unknown, unknown> {}
class MySet extends Set<unknown> {}
class MyDate extends Date {}
class MyError extends Error {}

const never = (reason: RegExp, make: () => unknown, asJson: Outcome = /not plain JSON/): Row => ({
  make,
  text: reason,
  binary: reason,
  json: asJson,
})

const refused: Record<string, Row> = {
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  'sparse array': { make: () => [1, , 3], text: /hole.*v8.*\$\[1\]/, binary: 'right', json: /hole.*\$\[1\]/ },
  'long sparse array': { make: () => new Array(4_000_000_000), text: /hole/, binary: 'right', json: /hole/ },
  'sparse array with a property': {
    make: () => Object.assign(new Array(2), { a: 1 }),
    text: /hole/,
    binary: 'right',
    json: /not plain JSON/,
  },
  SharedArrayBuffer: never(/SharedArrayBuffer/, () => new SharedArrayBuffer(8)),
  'typed array over shared memory': never(/shared between threads/, () => new Uint8Array(new SharedArrayBuffer(8))),
  'resizable ArrayBuffer': never(/resized/, () => Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }])),
  'two views of the same bytes': never(/same memory/, () => {
    const bytes = new Uint8Array(8)
    return { bytes, view: new DataView(bytes.buffer, 2) }
  }),
  'a URL beside its searchParams': never(/same memory/, () => {
    const url = new URL('http://a/?b=c')
    return [url.searchParams, url]
  }),
  'Error subclass': never(/MyError.*createPickle/, () => new MyError('a')),
  'Map subclass': never(/MyMap.*createPickle.*new Map\(map\)/, () => new MyMap()),
  'Set subclass': never(/MySet.*createPickle.*new Set\(set\)/, () => new MySet()),
  'Date subclass': never(/MyDate.*createPickle.*new Date\(date\)/, () => new MyDate(0)),
  'Array subclass': never(/MyArray.*createPickle.*\[\.\.\.array\]/, () => MyArray.from([1])),
  'Symbol()': never(/symbol/, () => [Symbol('a')], /symbol/),
  'Symbol.for()': never(/symbol/, () => ({ a: Symbol.for('a') }), /symbol/),
  'symbol key': never(/symbol for a key \(Symbol\(a\)\)/, () => ({ [Symbol('a')]: 1 }), /symbol/),
  'hidden symbol key': never(/symbol for a key/, () => Object.defineProperty({}, Symbol('a'), { value: 1 }), /symbol/),
  'symbol key of an array': never(/symbol for a key/, () => Object.assign([1], { [Symbol('a')]: 1 }), /symbol/),
  'symbol key of a Map': never(/properties of its own/, () => Object.assign(new Map(), { [Symbol('a')]: 1 })),
  'symbol key of an Error': never(/symbol for a key/, () => Object.assign(new Error(), { [Symbol('a')]: 1 })),
  'symbol key without a prototype': never(/symbol for a key/, () =>
    Object.assign(Object.create(null), { [Symbol('a')]: 1 }),
  ),
  'class instance': never(/Point.*createPickle.*\$\.point/, () => ({ point: new Point() })),
  'class instance with private fields': never(/Secret/, () => [new Secret()]),
  'class instance with toJSON': never(/Dated/, () => new Dated()),
  'own toJSON': never(/function.*\$\.toJSON/, () => ({ toJSON: () => 1 }), /function.*\$\.toJSON/),
  'instance of a class without a name': never(/an unnamed class/, () => Object.create(Object.create(null))),
  'boxed Number': never(/boxed/, () => Object(1)),
  'boxed String': never(/boxed/, () => Object('a')),
  'boxed Boolean': never(/boxed/, () => Object(true)),
  'boxed BigInt': never(/boxed/, () => Object(1n)),
  'boxed Symbol': never(/boxed/, () => Object(Symbol())),
  function: never(/function.*store what it returns/, () => () => 1, /function/),
  'function inside': never(/function.*\$\.a\[0\]/, () => ({ a: [() => 1] }), /function.*\$\.a\[0\]/),
  class: never(/function/, () => Point, /function/),
  Promise: never(/promise.*await.*\$\.p/, () => ({ p: Promise.resolve(1) })),
  WeakMap: never(/WeakMap/, () => new WeakMap()),
  WeakSet: never(/WeakSet/, () => new WeakSet()),
  WeakRef: never(/WeakRef/, () => new WeakRef({})),
  generator: never(/\[\.\.\.generator\]/, () => (function* () {})()),
  'Map iterator': never(/\[\.\.\.iterator\]/, () => new Map().entries()),
  arguments: never(
    /\[\.\.\.arguments\]/,
    function () {
      // biome-ignore lint/complexity/noArguments: it is what is tested
      return arguments
    },
    /\[\.\.\.arguments\]/,
  ),
  Headers: never(/Headers.*\[\.\.\.headers\]/, () => new Headers()),
  FormData: never(/FormData.*\[\.\.\.formData\]/, () => new FormData()),
  Blob: never(/Blob.*arrayBuffer/, () => new Blob([])),
  File: never(/File.*arrayBuffer/, () => new File([], 'a')),
  Request: never(/Request.*url/, () => new Request('http://a/')),
  Response: never(/Response.*await.*json/, () => Response.json({})),
  ReadableStream: never(/ReadableStream.*read it/, () => new ReadableStream()),
  AbortSignal: never(/AbortSignal/, () => new AbortController().signal),
  DOMException: never(/DOMException.*name and message/, () => new DOMException('a', 'AbortError')),
  'cause that is a DOMException': never(
    /DOMException.*\$\.cause/,
    () => new Error('a', { cause: new DOMException('b') }),
  ),
  'error inside an AggregateError that is a subclass': never(
    /MyError.*\$\.errors\[1\]/,
    () => new AggregateError([1, new MyError('a')]),
  ),
  'Intl.NumberFormat': never(/NumberFormat/, () => new Intl.NumberFormat('en')),
  'Intl.Collator': never(/Collator/, () => new Intl.Collator('en')),
  'async generator': never(/generator/, () => (async function* () {})()),
  'Set iterator': never(/iterator/, () => new Set().values()),
  FinalizationRegistry: never(/FinalizationRegistry/, () => new FinalizationRegistry(() => {})),
  'own Symbol.toStringTag': never(/symbol for a key/, () => ({ [Symbol.toStringTag]: 'Map' }), /symbol/),
  'inherited Symbol.toStringTag': never(/instance of/, () => Object.create({ [Symbol.toStringTag]: 'Object' })),
  'module namespace': never(/\{ \.\.\.module \}/, () => json),
  Math: never(/not enumerable|symbol|plain/, () => Math, /not enumerable|symbol|plain/),
  'raw JSON': never(/raw JSON.*store its text.*\$\.id/, () => ({ id: rawJson('12345678901234567890') })),
  'hidden property': never(
    /not enumerable.*{ \.\.\.object }.*\$\.a/,
    () => Object.defineProperty({}, 'a', { value: 1 }),
    /not enumerable/,
  ),
  'hidden property of an array': never(
    /not enumerable.*\$\.a/,
    () => Object.defineProperty([1], 'a', { value: 1 }),
    /not enumerable/,
  ),
  'hidden property of a long array': never(
    /not enumerable.*\$\.a/,
    () => Object.defineProperty(new Array(100).fill(0), 'a', { value: 1 }),
    /not enumerable/,
  ),
  'hidden property of an Error': never(/not enumerable.*\$\.a/, () =>
    Object.defineProperty(new Error(), 'a', { value: 1 }),
  ),
  'hidden property without a prototype': never(/not enumerable/, () => Object.create(null, { a: { value: 1 } })),
  'property of a Map': never(/properties of its own cannot be stored: store new Map\(map\)/, () =>
    Object.assign(new Map(), { a: 1 }),
  ),
  'property of a Set': never(/properties of its own/, () => Object.assign(new Set(), { a: 1 })),
  'property of a Date': never(/properties of its own/, () => Object.assign(new Date(0), { a: 1 })),
  'property of a RegExp': never(/properties of its own/, () => Object.assign(/a/, { a: 1 })),
  'property of a Buffer': never(/properties of its own/, () => Object.assign(Buffer.from('a'), { a: 1 })),
  'property of a typed array': never(/properties of its own/, () => Object.assign(new Float64Array(1), { a: 1 })),
  'property of a long typed array': never(/properties of its own/, () =>
    Object.assign(new Float64Array(100), { a: 1 }),
  ),
  'hidden property of a long typed array': never(/properties of its own/, () =>
    Object.defineProperty(new Float64Array(100), 'a', { value: 1 }),
  ),
  'property of an ArrayBuffer': never(/properties of its own/, () => Object.assign(new ArrayBuffer(1), { a: 1 })),
  'property of a DataView': never(/properties of its own/, () =>
    Object.assign(new DataView(new ArrayBuffer(1)), { a: 1 }),
  ),
  'property of a URL': never(/properties of its own/, () => Object.assign(new URL('http://a'), { a: 1 })),
  'property of URLSearchParams': never(/properties of its own/, () => Object.assign(new URLSearchParams(), { a: 1 })),
  'RegExp with a strange lastIndex': never(/lastIndex/, () => Object.assign(/a/, { lastIndex: 'x' })),
  'nesting of 501': never(/more than 500 levels/, () => nested(501), /more than 500 levels/),
  'nesting of 10,000': never(/more than 500 levels/, () => nested(10_000), /more than 500 levels/),
}

const forged: Record<string, Row> = Object.fromEntries(
  [Map, Set, Date, RegExp, ArrayBuffer, DataView, Uint8Array, Buffer, URL, URLSearchParams, Error, Promise].map(
    (type) => [
      `an object with the prototype of ${type.name}`,
      never(/cannot be stored|looks like/, () => Object.create(type.prototype)),
    ],
  ),
)

const exchanged: Record<string, Row> = Object.fromEntries(
  [
    new Map([[1, 2]]),
    new Set([1]),
    new Date(0),
    /a/,
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
    new Uint8Array(1),
    new Error('a'),
    Promise.resolve(),
    new WeakMap(),
    Object(1),
    Object('a'),
  ].flatMap((value, index) => [
    [
      `built-in ${index} with the prototype of a plain object`,
      never(/cannot be stored/, () => Object.setPrototypeOf(value, Object.prototype), /cannot be stored/),
    ],
    [
      `built-in ${index} with the prototype of an array`,
      never(/cannot be stored/, () => Object.setPrototypeOf(value, Array.prototype)),
    ],
  ]),
)

const evaluated: Record<string, Row> = {
  getter: {
    make: () => ({
      get a() {
        return 1
      },
    }),
    as: () => ({ a: 1 }),
    text: 'right',
    binary: 'right',
    json: 'right',
  },
  'getter of an element': {
    make: () => Object.defineProperty([0, 2], 0, { get: () => 1, enumerable: true, configurable: true }),
    as: () => [1, 2],
    text: 'right',
    binary: 'right',
    json: 'right',
  },
  'frozen object': {
    make: () => Object.freeze({ a: Object.freeze([1]) }),
    as: () => ({ a: [1] }),
    text: 'right',
    binary: 'right',
    json: 'right',
  },
  'sealed object': {
    make: () => Object.seal({ a: 1 }),
    as: () => ({ a: 1 }),
    text: 'right',
    binary: 'right',
    json: 'right',
  },
  'read-only property': {
    make: () => Object.defineProperty({}, 'a', { value: 1, enumerable: true }),
    as: () => ({ a: 1 }),
    text: 'right',
    binary: 'right',
    json: 'right',
  },
  'Proxy of an object': {
    make: () => new Proxy({ a: 1 }, {}),
    text: 'right',
    binary: 'right',
    json: 'right',
    as: () => ({ a: 1 }),
  },
  'Proxy of an array': {
    make: () => new Proxy([1, 2], {}),
    text: 'right',
    binary: 'right',
    json: 'right',
    as: () => [1, 2],
  },
  'Proxy of a long array': {
    make: () => new Proxy(new Array(100).fill(1), {}),
    text: 'right',
    binary: 'right',
    json: 'right',
    as: () => new Array(100).fill(1),
  },
  'Proxy of a Map': never(/Map/, () => new Proxy(new Map(), {})),
  'revoked Proxy': never(
    /could not be read.*revoked/,
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
    /revoked/,
  ),
  'getter that throws': never(
    /could not be read: no.*\$\.a/,
    () => ({
      a: {
        get b() {
          throw new Error('no')
        },
      },
    }),
    /no/,
  ),
}

const rows: Record<string, Row> = {
  ...Object.fromEntries(
    Object.entries(plainSamples).map(([name, make]) => [name, { make, text: 'right', binary: 'right', json: 'right' }]),
  ),
  ...Object.fromEntries(
    Object.entries(richSamples).map(([name, make]) => [
      name,
      { make, text: 'right', binary: 'right', json: /not plain JSON/ },
    ]),
  ),
  'nesting of 500': { make: () => nested(500), text: 'right', binary: 'right', json: 'right' },
  'nesting of 500 around -0': {
    make: () => nested(500, -0),
    text: 'right',
    binary: 'right',
    json: /not plain/,
  },
  '2,000 properties': { make: wide, text: 'right', binary: 'right', json: 'right' },
  '2,000 properties with a getter': {
    make: () => Object.defineProperty(wide(), 'k5', { get: () => [5], enumerable: true, configurable: true }),
    as: () => ({ ...wide(), k5: [5] }),
    text: 'right',
    binary: 'right',
    json: 'right',
  },
  '2,000 properties and a symbol': never(/symbol/, () => ({ ...wide(), [Symbol('a')]: 1 }), /symbol/),
  '2,000 properties, one hidden': never(
    /not enumerable/,
    () => Object.defineProperty(wide(), 'a', { value: 1 }),
    /not enum/,
  ),
  '2,000 properties, one a function': never(/function/, () => ({ ...wide(), f() {} }), /function/),
  '2,000 properties and circular': {
    make: () => {
      const value: Record<string, unknown> = wide()
      return Object.assign(value, { self: value, n: -0 })
    },
    text: 'right',
    binary: 'right',
    json: /twice|-0/,
  },
  ...refused,
  ...forged,
  ...exchanged,
  ...evaluated,
}

describe.each([
  ['text', text, 'text'],
  ['binary', binary, 'binary'],
  ['plain JSON', json, 'json'],
] as const)('as %s', (_, { pickle, unpickle }, key) => {
  it.each(Object.entries(rows))('%s comes back equal or is refused with its path', (_name, row) => {
    const outcome = row[key]
    if (outcome === 'right') {
      const expected = (row.as ?? row.make)()
      expect(strictDifference(expected, unpickle(pickle(row.make())))).toBeUndefined()
    } else {
      const value = row.make()
      expect(() => pickle(value)).toThrow(PickleError)
      expect(() => pickle(value)).toThrow(outcome)
    }
  })
})

function nested(levels: number, inside: unknown = 0): unknown {
  let value = inside
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { a: value }
  return value
}

function wide(): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, index]))
}
