import { KeyError } from '@persist/errors'
import { canonical } from '@persist/key'
import { describe, expect, test } from 'vitest'
import { rawJson } from './support/raw-json.ts'

function refusal(value: unknown): KeyError {
  try {
    canonical(value)
  } catch (error) {
    if (error instanceof KeyError) return error
    throw error
  }
  throw new Error('no error')
}

class OwnMap extends Map {}
class OwnSet extends Set {}
class OwnDate extends Date {}
class OwnArray extends Array {}
class OwnBytes extends Uint8Array {}
class OwnError extends Error {}
class OwnUrl extends URL {}

const demote = (object: object) => Object.setPrototypeOf(object, Object.prototype)
const hidden = (object: object) => Object.defineProperty(object, 'x', { value: 1 })

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

/** A resizable buffer of ES2024, which the types of ES2023 lack. */
function resizable(): ArrayBuffer & { resize(length: number): void } {
  return Reflect.construct(ArrayBuffer, [8, { maxByteLength: 8 }])
}

function shrunk(make: (buffer: ArrayBuffer) => object): object {
  const buffer = resizable()
  const view = make(buffer)
  buffer.resize(0)
  return view
}

describe('there is no canonical string of', () => {
  test.each<[string, unknown]>([
    ['a Map subclass', new OwnMap()],
    ['a Set subclass', new OwnSet()],
    ['a Date subclass', new OwnDate(0)],
    ['an Array subclass', new OwnArray()],
    ['a typed array subclass', new OwnBytes(1)],
    ['an Error subclass', new OwnError('x')],
    ['a URL subclass', new OwnUrl('http://a/')],
    ['an Error', new Error('x')],
    ['an instance of a class', new (class A {})()],
    ['an instance of a class without a name', new (class {})()],
    ['an object with its own prototype', Object.create({ a: 1 })],
    ['an object with a toStringTag', { [Symbol.toStringTag]: 'Map' }],
    ['an object with a symbol as a key', { [Symbol('x')]: 1 }],
    ['an object with a hidden symbol as a key', Object.defineProperty({}, Symbol('x'), { value: 1 })],
    ['an object with a hidden property', hidden({ a: 1 })],
    ['the prototype of all objects', Object.prototype],
    ['raw JSON', rawJson('1')],
    ['a generator', (function* () {})()],
    ['an iterator of a Map', new Map().entries()],
    ['a promise', Promise.resolve(1)],
    ['a WeakMap', new WeakMap()],
    ['a WeakSet', new WeakSet()],
    ['a WeakRef', new WeakRef({})],
    ['a function', () => 1],
    ['a class', class A {}],
    ['a symbol', Symbol('x')],
    ['a registered symbol', Symbol.for('x')],
    ['a boxed symbol', Object(Symbol('x'))],
    [
      'an arguments object',
      (function () {
        // biome-ignore lint/complexity/noArguments: the test is about it
        return arguments
      })(),
    ],
    ['Headers', new Headers()],
    ['a Blob', new Blob([])],
    ['an AbortSignal', new AbortController().signal],
  ])('%s', (_name, value) => {
    expect(refusal([value]).path).toBe('$[0]')
  })
})

describe('the reason suggests a solution for', () => {
  class Session {
    readonly #token = 'secret'
    get token(): string {
      return this.#token
    }
  }
  test.each<[string, unknown, RegExp]>([
    ['a promise', Promise.resolve(1), /a promise has no stable identity: await it first/],
    ['raw JSON', rawJson('1'), /raw JSON has no canonical form: pass its text/],
    ['a promise of a subclass', class Later extends Promise<number> {}.resolve(1), /await it first/],
    [
      'an AbortSignal',
      new AbortController().signal,
      /an AbortSignal .*leave it out of the key, or give the option key/,
    ],
    ['a Request', new Request('http://a/'), /a Request .*url, method and body, or give the option key/],
    ['a Response', Response.json({}), /a Response .*json\(\), text\(\)/],
    ['Headers', new Headers(), /Headers.*\[\.\.\.headers\]/],
    ['FormData', new FormData(), /FormData.*\[\.\.\.formData\]/],
    ['a Blob', new Blob([]), /a Blob .*bytes/],
    ['a File', new File([], 'a'), /a File .*bytes/],
    ['a ReadableStream', new ReadableStream(), /a ReadableStream .*what it reads/],
    ['a generator', (function* () {})(), /\[\.\.\.generator\]/],
    ['an instance with private state', new Session(), /an instance of Session .*option key.*@persist\/identity/],
    ['an Intl object', new Intl.NumberFormat('en'), /NumberFormat .*option key/],
    ['a DOMException', new DOMException('a'), /(DOMException|an error) .*option key/],
    ['an arguments object', argumentsOf(1), /\[\.\.\.arguments\]/],
  ])('%s', (_name, value, reason) => {
    const { message, path } = refusal([{ at: value }])
    expect(message).toMatch(reason)
    expect(path).toBe('$[0].at')
  })
})

function argumentsOf(..._args: unknown[]): IArguments {
  // biome-ignore lint/complexity/noArguments: the test is about it
  return arguments
}

describe('an object that only has the prototype of a class is refused:', () => {
  test.each<[string, object]>([
    ['Map', Object.create(Map.prototype)],
    ['Set', Object.create(Set.prototype)],
    ['Date', Object.create(Date.prototype)],
    ['RegExp', Object.create(RegExp.prototype)],
    ['Array', Object.create(Array.prototype)],
    ['URL', Object.create(URL.prototype)],
    ['URLSearchParams', Object.create(URLSearchParams.prototype)],
    ['Buffer', Object.create(Buffer.prototype)],
    ['Uint8Array', Object.create(Uint8Array.prototype)],
    ['ArrayBuffer', Object.create(ArrayBuffer.prototype)],
    ['DataView', Object.create(DataView.prototype)],
    ['Number', Object.create(Number.prototype)],
    ['a Map as a Set', Object.setPrototypeOf(new Map(), Set.prototype)],
    ['an Int8Array as a Uint8Array', Object.setPrototypeOf(new Int8Array(1), Uint8Array.prototype)],
    ['a Boolean as a Number', Object.setPrototypeOf(Object(true), Number.prototype)],
    ['a Proxy of a Map', new Proxy(new Map(), {})],
    ['a Proxy of a Date', new Proxy(new Date(0), {})],
  ])('%s', (_name, value) => {
    expect(refusal(value).code).toBe('ERR_PERSIST_KEY')
  })
})

test.each<[string, object]>([
  ['Map', new Map()],
  ['Set', new Set()],
  ['Date', new Date(0)],
  ['Number', Object(1)],
  ['Boolean', Object(true)],
  ['BigInt', Object(1n)],
  ['ArrayBuffer', new ArrayBuffer(1)],
  ['DataView', new DataView(new ArrayBuffer(1))],
  ['Uint8Array', new Uint8Array(1)],
  ['RegExp', /a/],
  ['String', Object('a')],
  ['Promise', Promise.resolve()],
  ['WeakMap', new WeakMap()],
  ['Error', new Error('x')],
])('a %s with the prototype of plain objects is refused', (_name, value) => {
  expect(refusal(demote(value)).code).toBe('ERR_PERSIST_KEY')
})

describe('an additional property is refused, and never left out:', () => {
  const values: [string, () => object][] = [
    ['a Map', () => new Map()],
    ['a Set', () => new Set()],
    ['a Date', () => new Date(0)],
    ['a RegExp', () => /a/],
    ['a boxed number', () => Object(1)],
    ['a boxed string', () => Object('ab')],
    ['a URL', () => new URL('http://a/')],
    ['URLSearchParams', () => new URLSearchParams()],
    ['an ArrayBuffer', () => new ArrayBuffer(1)],
    ['a DataView', () => new DataView(new ArrayBuffer(1))],
    ['a typed array', () => new Uint8Array(1)],
    ['a long typed array', () => new Uint8Array(100)],
    ['a typed array too long to list its keys', () => new Uint8Array(2_000_000)],
    ['a Buffer', () => Buffer.alloc(1)],
    ['a long Buffer', () => Buffer.alloc(100)],
    ['an array', () => [1]],
    ['a long array', () => new Array(100).fill(1)],
    ['a sparse array', () => Object.assign(new Array(2), { 1: 1 })],
    ['a long sparse array', () => Object.assign(new Array(100), { 50: 1 })],
  ]
  const ways: [string, (object: object) => object][] = [
    ['a property', (object) => Object.assign(object, { x: 1 })],
    ['a hidden property', hidden],
    ['a symbol', (object) => Object.assign(object, { [Symbol('x')]: 1 })],
  ]
  test.each(values.flatMap(([name, make]) => ways.map(([what, add]) => [name, what, make, add] as const)))(
    '%s with %s',
    (_name, _what, make, add) => {
      expect(() => canonical(make())).not.toThrow()
      expect(refusal(add(make())).code).toBe('ERR_PERSIST_KEY')
    },
  )

  test('the result of match(), and the strings of a template', () => {
    const strings = (parts: TemplateStringsArray) => parts
    expect(refusal('abc'.match(/b/)).code).toBe('ERR_PERSIST_KEY')
    expect(refusal(strings`ab`).code).toBe('ERR_PERSIST_KEY')
  })
})

test('a view out of the bounds of its buffer has no canonical string, because it has no elements to read', () => {
  for (const value of [
    detached(),
    shrunk((buffer) => new Uint8Array(buffer, 4, 4)),
    shrunk((buffer) => new DataView(buffer, 4)),
  ]) {
    expect(refusal([value])).toMatchObject({ path: '$[0]', cause: expect.any(TypeError) })
  }
})

test('a view of a resized buffer counts with its current elements', () => {
  const buffer = resizable()
  const view = new Uint8Array(buffer)
  buffer.resize(2)
  expect(canonical(view)).toBe(canonical(new Uint8Array(2)))
})

test('the buffer and the offset of a view do not count', () => {
  const bytes = Uint8Array.of(9, 1, 2, 9)
  expect(canonical(bytes.subarray(1, 3))).toBe(canonical(Uint8Array.of(1, 2)))
  expect(canonical(Buffer.from('ab'))).toBe(canonical(Buffer.from('xabx').subarray(1, 3)))
})

test('an error that a getter throws is the cause of an error with its path', () => {
  const thrown = new RangeError('no')
  const value = {
    a: [
      1,
      {
        get b() {
          throw thrown
        },
      },
    ],
  }
  expect(refusal(value)).toMatchObject({ path: '$.a[1].b', cause: thrown })
})

test('a getter counts as the value that it returns', () => {
  expect(
    canonical({
      get a() {
        return 1
      },
    }),
  ).toBe(canonical({ a: 1 }))
})

test('a Proxy counts as the plain object or array that it shows', () => {
  expect(canonical(new Proxy({ a: 1 }, {}))).toBe(canonical({ a: 1 }))
  expect(canonical(new Proxy([1, 2], {}))).toBe(canonical([1, 2]))
  expect(canonical(new Proxy(new Array(100).fill(1), {}))).toBe(canonical(new Array(100).fill(1)))
  const lying = new Proxy(
    {},
    {
      ownKeys: () => ['x'],
      getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
      get: () => 2,
    },
  )
  expect(canonical(lying)).toBe(canonical({ x: 2 }))
})

test('a Proxy that throws, was revoked, or shows additional properties is refused', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const thrown = new Error('no')
  const throwing = new Proxy(
    {},
    {
      ownKeys() {
        throw thrown
      },
    },
  )
  const more = new Proxy(new Array(100).fill(1), { ownKeys: (target) => [...Reflect.ownKeys(target), 'x'] })
  expect(refusal([proxy])).toMatchObject({ path: '$[0]', cause: expect.any(TypeError) })
  expect(refusal([throwing])).toMatchObject({ path: '$[0]', cause: thrown })
  expect(refusal([more]).path).toBe('$[0]')
})

test('a Proxy that returns a new Proxy at every step is refused', () => {
  const endless = (): object => new Proxy({ a: 1 }, { get: endless })
  expect(refusal(endless()).message).toMatch(/500 levels/)
})

test('an inherited property is not part of a value', () => {
  const prototype = Object.prototype as { polluted?: number }
  prototype.polluted = 1
  try {
    expect(canonical({ a: 1 })).toBe('1:{"a":1}')
    expect(canonical(Object.create(null))).toBe('1:null{}')
  } finally {
    delete prototype.polluted
  }
})

test('the path has the syntax that a person would use', () => {
  const fail = () => 1
  expect(refusal({ rows: [{}, { 'a b': fail }] }).path).toBe('$.rows[1]["a b"]')
  expect(
    refusal([
      new Map<unknown, unknown>([
        [1, 1],
        [fail, 1],
      ]),
    ]).path,
  ).toBe('$[0].keys()[1]')
  expect(refusal([new Map([['k', fail]])]).path).toBe('$[0].values()[0]')
  expect(refusal(new Set([1, fail])).path).toBe('$.values()[1]')
})

test('the error names the class and suggests a solution', () => {
  class Model {}
  expect(refusal(new Model()).message).toMatch(/an instance of Model .*option key/)
  expect(refusal(Promise.resolve()).message).toMatch(/await it/)
})
