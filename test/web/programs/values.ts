// What keys, hashes and pickles are made of many values, as strings: the same on every platform.
import { base32Hash, hexHash, sha256 } from '@persist/hash'
import { canonical } from '@persist/key'
import { pickle, unpickle } from '@persist/pickle'
import * as json from '@persist/pickle/json'
import fc from 'fast-check'
import { CATALOG } from '../../../packages/key/test/support/catalog.mjs'
import { make, recipes } from '../../../packages/key/test/support/recipes.ts'
import { plainValues, richGraphs, richTrees } from '../../../packages/pickle/test/support/random-values.ts'
import { plainSamples, richSamples } from '../../../packages/pickle/test/support/samples.ts'

/** A line for each value: what it is, and what was made of it. */
export type Report = readonly (readonly [what: string, made: string])[]

const RANDOM = 600

export function report(): Report {
  return [...keys(), ...hashes(), ...pickles(), ...refusals()]
}

function* keys(): Iterable<[string, string]> {
  for (const [name, value] of CATALOG) yield [`key: ${name}`, attempt(() => canonical(value()))]
  for (const cyclic of [false, true]) {
    for (const [index, recipe] of fc.sample(recipes({ cyclic }), { seed: 1, numRuns: RANDOM }).entries())
      yield [`key: random ${cyclic} ${index}`, attempt(() => canonical(make(recipe)))]
  }
}

function* hashes(): Iterable<[string, string]> {
  const strings = fc.sample(
    fc.string({
      unit: fc.oneof(fc.constantFrom('\ud800', '\udfff', 'é'), fc.string({ unit: 'binary', minLength: 1 })),
    }),
    { seed: 2, numRuns: RANDOM },
  )
  for (const string of [...strings, 'a'.repeat(1e6), 'é'.repeat(1e5)])
    yield [`hash: ${JSON.stringify(string).slice(0, 80)}`, `${sha256(string)} ${hexHash(string)} ${base32Hash(string)}`]
  for (const bytes of fc.sample(fc.uint8Array({ maxLength: 200 }), { seed: 3, numRuns: RANDOM }))
    yield [`hash: ${bytes.length} bytes`, sha256(bytes)]
}

function* pickles(): Iterable<[string, string]> {
  for (const [name, value] of Object.entries({ ...plainSamples, ...richSamples }))
    yield [`pickle: ${name}`, attempt(() => thereAndBack(value()))]
  for (const [kind, values] of Object.entries({ plainValues, richTrees, richGraphs })) {
    for (let seed = 0; seed < RANDOM; seed++)
      yield [`pickle: ${kind} ${seed}`, attempt(() => thereAndBack(fc.sample(values, { seed, numRuns: 1 })[0]))]
  }
  const long = [Array(100_000).fill(1.5), 'x'.repeat(100_000), Float64Array.from({ length: 100_000 }, (_, i) => i / 7)]
  for (const [index, value] of long.entries()) yield [`pickle: long ${index}`, attempt(() => thereAndBack(value))]
  const object = { a: [1, { b: 'c' }], d: null }
  yield ['json', attempt(() => json.pickle(json.unpickle(json.pickle(object))))]
}

/** What must not get into keys or pickles, and why. */
function* refusals(): Iterable<[string, string]> {
  const odd: Readonly<Record<string, () => unknown>> = {
    'a promise': () => Promise.resolve(1),
    'a generator': () => (function* () {})(),
    'an iterator of a Map': () => new Map().values(),
    'an iterator of a Set': () => new Set().values(),
    arguments: () => argumentsOf(1, 2),
    'a WeakMap': () => new WeakMap(),
    'a boxed string': () => Object('a'),
    'a boxed symbol': () => Object(Symbol('a')),
    'a Map in the disguise of an object': () => Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype),
    'a Date in the disguise of an object': () => Object.setPrototypeOf(new Date(0), Object.prototype),
    'an error in the disguise of an object': () => Object.setPrototypeOf(new Error('a'), Object.prototype),
    'a promise in the disguise of an object': () => Object.setPrototypeOf(Promise.resolve(1), Object.prototype),
    'bytes in the disguise of an object': () => Object.setPrototypeOf(new ArrayBuffer(1), Object.prototype),
    'an object in the disguise of an error': () => Object.create(Error.prototype),
    'an object in the disguise of a Date': () => Object.create(Date.prototype),
    'an object in the disguise of a RegExp': () => Object.create(RegExp.prototype),
    'an object in the disguise of bytes': () => Object.create(Uint8Array.prototype),
    'a typed array with a property': () => Object.assign(new Uint8Array(40), { a: 1 }),
    'a long array with a property': () => Object.assign(Array(40).fill(1), { a: 1 }),
    'a long array with a hole': () => Array.from({ length: 40 }, () => 1).concat(Array(1)),
    'a proxy of an object': () => new Proxy({ a: 1 }, {}),
    'a proxy of a long array': () => new Proxy(Array(40).fill(1), {}),
    'a function': () => () => {},
    'an instance of a class': () => new (class Own {})(),
    Headers: () => new Headers(),
  }
  for (const [name, value] of Object.entries(odd)) {
    yield [`key of ${name}`, attempt(() => canonical(value()))]
    yield [`pickle of ${name}`, attempt(() => thereAndBack(value()))]
  }
}

function argumentsOf(..._: unknown[]): unknown {
  // biome-ignore lint/complexity/noArguments: this is what is tested
  return arguments
}

function thereAndBack(value: unknown): string {
  const payload = text(pickle(value))
  return text(pickle(unpickle(pickle(value)))) === payload ? payload : `${payload} comes back as another value`
}

/** Bytes one character each. */
function text(payload: string | Uint8Array): string {
  return typeof payload === 'string' ? payload : Array.from(payload, (byte) => String.fromCharCode(byte)).join('')
}

function attempt(write: () => string): string {
  try {
    return write()
  } catch (error) {
    return String(error)
  }
}
